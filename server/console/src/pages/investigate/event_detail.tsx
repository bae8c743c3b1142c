import { Drawer, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { VerdictTag } from '@/components/badges';
import { Fact, Facts } from '@/components/facts';
import { milliseconds } from '@/format/times';
import type { Activity } from '@/gen/vigie/v1/activity_pb';
import type { Event } from '@/gen/vigie/v1/event_pb';
import type { Inspection } from '@/gen/vigie/v1/finding_pb';
import { useFormats } from '@/i18n/use_formats';
import { useLabel } from '@/i18n/labels';
import { activityOf, customersOf, eventId, eventTime } from '@/pages/incident/event_facts';

export function EventDetail({ event, onClose }: { event: Event | null; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Drawer opened={event !== null} onClose={onClose} position="right" size="lg" title={<Text fw={600}>{t('detail.title')}</Text>} closeButtonProps={{ 'aria-label': t('action.close') }}>
      {event && <Detail event={event} />}
    </Drawer>
  );
}

function Detail({ event }: { event: Event }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const activity = activityOf(event);
  return (
    <Stack gap="lg">
      <Facts>
        <Fact name={t('investigate.col.id')}>
          <span className="mono">{eventId(event)}</span>
        </Fact>
        <Fact name={t('investigate.col.time')}>{formats.time(new Date(eventTime(event)))}</Fact>
        <Fact name={t('detail.received')}>{formats.time(event.receivedAt)}</Fact>
        <Fact name={t('detail.offset')}>{`${formats.number(milliseconds(event.clockOffset))} ms`}</Fact>
        <Fact name={t('investigate.col.verdict')}>
          <VerdictTag verdict={event.verdict} shadow={event.shadow} />
        </Fact>
        <Fact name={t('investigate.col.rule')}>{event.rule || '–'}</Fact>
        <Fact name={t('detail.policy')}>{event.policyVersion || '–'}</Fact>
      </Facts>
      {activity && <ActivityFacts activity={activity} />}
      {event.inspection && <InspectionFacts inspection={event.inspection} customers={customersOf(event)} />}
      {event.lineage.length > 0 && (
        <Facts>
          <Fact name={t('detail.lineage')}>
            <span className="mono">{event.lineage.join(', ')}</span>
          </Fact>
        </Facts>
      )}
    </Stack>
  );
}

function ActivityFacts({ activity }: { activity: Activity }) {
  const { t } = useTranslation();
  const label = useLabel();
  const formats = useFormats();
  const { file, process, destination } = activity;
  const mono = (text: string | undefined) => <span className="mono">{text || '–'}</span>;
  return (
    <Facts>
      <Fact name={t('investigate.col.user')}>{activity.user || '–'}</Fact>
      <Fact name={t('investigate.col.host')}>{activity.host || '–'}</Fact>
      <Fact name={t('investigate.col.activity')}>{label('activity', activity.kind)}</Fact>
      <Fact name={t('investigate.col.channel')}>{label('channel', activity.channel)}</Fact>
      <Fact name={t('detail.path')}>{mono(file?.path)}</Fact>
      {file?.origin && <Fact name={t('detail.origin')}>{mono(file.origin)}</Fact>}
      {file?.previousPath && <Fact name={t('detail.previous')}>{mono(file.previousPath)}</Fact>}
      {file && <Fact name={t('detail.size')}>{formats.bytes(file.bytes)}</Fact>}
      <Fact name={t('detail.process')}>{mono(process && `${process.exe} (${process.pid})`)}</Fact>
      {process?.commandLine && <Fact name={t('detail.command')}>{mono(process.commandLine)}</Fact>}
      {process && process.parents.length > 0 && <Fact name={t('detail.parents')}>{mono(process.parents.join(' ← '))}</Fact>}
      {destination && <Fact name={t('detail.destination')}>{[destination.kind, destination.name, destination.address].filter(Boolean).join(' · ')}</Fact>}
    </Facts>
  );
}

function InspectionFacts({ inspection, customers }: { inspection: Inspection; customers: number }) {
  const { t } = useTranslation();
  const label = useLabel();
  const formats = useFormats();
  const classes = inspection.classes.map((found) => t('detail.class_line', { name: found.class, distinct: formats.number(found.distinct) }));
  const reasons = inspection.reasons.map((reason) => label('reason', reason)).join(', ');
  return (
    <Facts>
      <Fact name={t('detail.inspection')}>
        {label('evaluated', inspection.evaluated)}
        {reasons && `: ${reasons}`}
      </Fact>
      <Fact name={t('detail.type')}>{inspection.mediaType || '–'}</Fact>
      <Fact name={t('investigate.col.customers')}>{formats.number(customers)}</Fact>
      <Fact name={t('detail.classes')}>{classes.length > 0 ? classes.map((line) => <div key={line}>{line}</div>) : '–'}</Fact>
      {inspection.derivedFrom && (
        <Fact name={t('detail.derived')}>
          <span className="mono">{inspection.derivedFrom.path}</span>
        </Fact>
      )}
    </Facts>
  );
}
