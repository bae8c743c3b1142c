import { createColumnHelper } from '@tanstack/react-table';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

import { VerdictTag } from '@/components/badges';
import type { Column } from '@/components/data_table';
import { ActivityKind, Channel } from '@/gen/vigie/v1/activity_pb';
import { Verdict, type Event } from '@/gen/vigie/v1/event_pb';
import { useFormats } from '@/i18n/use_formats';
import { useLabel } from '@/i18n/labels';
import { activityOf, customersOf, eventId, eventTime, gapOf, lastName } from '@/pages/incident/event_facts';

const column = createColumnHelper<Event>();

const path = (event: Event) => activityOf(event)?.file?.path ?? '';
const program = (event: Event) => activityOf(event)?.process?.exe ?? '';
const destination = (event: Event) => activityOf(event)?.destination?.name ?? '';

/** As the table and as the export show them, in the same order. */
export function useEventColumns(): Column<Event>[] {
  const { t } = useTranslation();
  const label = useLabel();
  const formats = useFormats();
  return useMemo(() => {
    const what = (event: Event) => (gapOf(event) ? t('investigate.gap') : label('activity', activityOf(event)?.kind ?? ActivityKind.UNSPECIFIED));
    const channel = (event: Event) => label('channel', activityOf(event)?.channel ?? Channel.UNSPECIFIED);
    return [
      column.accessor(eventTime, { id: 'time', header: t('investigate.col.time'), size: 196, cell: (cell) => formats.time(new Date(cell.getValue())) }),
      column.accessor((event) => activityOf(event)?.user ?? '', { id: 'user', header: t('investigate.col.user'), size: 105 }),
      column.accessor((event) => activityOf(event)?.host ?? event.host, { id: 'host', header: t('investigate.col.host'), size: 85 }),
      column.accessor(what, { id: 'activity', header: t('investigate.col.activity'), size: 85 }),
      column.accessor(channel, { id: 'channel', header: t('investigate.col.channel'), size: 135 }),
      column.accessor(path, { id: 'file', header: t('investigate.col.file'), size: 180, cell: (cell) => <span className="mono" title={cell.getValue()}>{lastName(cell.getValue())}</span> }),
      column.accessor(program, { id: 'program', header: t('investigate.col.program'), size: 90, cell: (cell) => <span className="mono" title={cell.getValue()}>{lastName(cell.getValue())}</span> }),
      column.accessor(customersOf, { id: 'customers', header: t('investigate.col.customers'), size: 95, meta: { numeric: true }, cell: (cell) => formats.number(cell.getValue()) }),
      column.accessor('verdict', { header: t('investigate.col.verdict'), size: 100, cell: (cell) => <VerdictTag verdict={cell.getValue()} shadow={cell.row.original.shadow} /> }),
      column.accessor('rule', { header: t('investigate.col.rule'), size: 120, cell: (cell) => <span className="mono" title={cell.getValue()}>{cell.getValue()}</span> }),
    ] as Column<Event>[];
  }, [t, label, formats]);
}

/** Times in UTC as RFC 3339, names of enumerations in the page's language. */
export function useEventCsv(): { header: string[]; row: (event: Event) => string[] } {
  const { t } = useTranslation();
  const label = useLabel();
  const names = ['time', 'user', 'host', 'activity', 'channel', 'file', 'program', 'destination', 'customers', 'verdict', 'shadow', 'rule', 'id'] as const;
  return {
    header: names.map((name) => t(`investigate.col.${name}`)),
    row: (event) => {
      const activity = activityOf(event);
      return [
        new Date(eventTime(event)).toISOString(),
        activity?.user ?? '',
        activity?.host ?? event.host,
        activity ? label('activity', activity.kind) : t('investigate.gap'),
        activity ? label('channel', activity.channel) : '',
        path(event),
        program(event),
        destination(event),
        String(customersOf(event)),
        event.verdict === Verdict.UNSPECIFIED ? '' : label('verdict', event.verdict),
        event.shadow ? t('investigate.yes') : '',
        event.rule,
        eventId(event),
      ];
    },
  };
}
