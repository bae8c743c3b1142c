import { createColumnHelper } from '@tanstack/react-table';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { SeverityTag } from '@/components/badges';
import type { Column } from '@/components/data_table';
import { millis } from '@/format/times';
import type { Incident } from '@/gen/vigie/v1/incident_pb';
import { useFormats } from '@/i18n/use_formats';
import { useLabel } from '@/i18n/labels';

const column = createColumnHelper<Incident>();

export function useIncidentColumns(now: number): Column<Incident>[] {
  const { t } = useTranslation();
  const label = useLabel();
  const formats = useFormats();
  return useMemo(
    () =>
      [
        column.accessor('severity', { header: t('incidents.col.severity'), size: 90, cell: (cell) => <SeverityTag severity={cell.getValue()} /> }),
        column.accessor((row) => row.user || row.subject, {
          id: 'subject',
          header: t('incidents.col.subject'),
          size: 120,
          cell: (cell) => <Link to={`/incidents/${cell.row.original.id}`}>{cell.getValue()}</Link>,
        }),
        column.accessor('host', { header: t('incidents.col.host'), size: 85 }),
        column.accessor('rule', { header: t('incidents.col.rule'), size: 125 }),
        column.accessor('distinctCustomers', { header: t('incidents.col.customers'), size: 95, meta: { numeric: true }, cell: (cell) => formats.number(cell.getValue()) }),
        column.accessor((row) => Number(row.events), { id: 'events', header: t('incidents.col.events'), size: 90, meta: { numeric: true }, cell: (cell) => formats.number(cell.getValue()) }),
        column.accessor((row) => row.channels.map((channel) => label('channel', channel)).join(', '), { id: 'channels', header: t('incidents.col.channels'), size: 135 }),
        column.accessor((row) => millis(row.openedAt), {
          id: 'opened',
          header: t('incidents.col.opened'),
          size: 120,
          cell: (cell) => <span title={formats.time(cell.row.original.openedAt && new Date(cell.getValue()))}>{formats.age(new Date(cell.getValue()), now)}</span>,
        }),
        column.accessor((row) => millis(row.lastEventAt), {
          id: 'updated',
          header: t('incidents.col.updated'),
          size: 120,
          cell: (cell) => <span title={formats.time(new Date(cell.getValue()))}>{formats.age(new Date(cell.getValue()), now)}</span>,
        }),
        column.accessor('assignee', { header: t('incidents.col.assignee'), size: 95, cell: (cell) => cell.getValue() || '–' }),
      ] as Column<Incident>[],
    [t, label, formats, now],
  );
}
