import { useTranslation } from 'react-i18next';

import { Fact, Facts, Figure, Figures } from '@/components/facts';
import { Section } from '@/components/page';
import { millis } from '@/format/times';
import type { Incident } from '@/gen/vigie/v1/incident_pb';
import { useFormats } from '@/i18n/use_formats';
import { useLabel } from '@/i18n/labels';

export function IncidentFigures({ incident }: { incident: Incident }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const duration = (millis(incident.lastEventAt) - millis(incident.firstEventAt)) / 1000;
  return (
    <Figures>
      <Figure name={t('incident.customers')} value={formats.number(incident.distinctCustomers)} tone={incident.distinctCustomers > 0 ? 'critical' : undefined} />
      <Figure name={t('incident.events')} value={formats.number(incident.events)} />
      <Figure name={t('incident.measured')} value={formats.number(incident.measured)} />
      <Figure name={t('incident.duration')} value={formats.duration(duration, 'short')} />
    </Figures>
  );
}

export function IncidentFacts({ incident }: { incident: Incident }) {
  const { t } = useTranslation();
  const label = useLabel();
  const formats = useFormats();
  const action = (name: string) => (name === 'block_channels' ? t('incident.action.block_channels') : name);
  return (
    <Section title={t('incident.facts')}>
      <Facts>
        <Fact name={t('incident.rule')}>{incident.rule}</Fact>
        <Fact name={t('incident.subject')}>{incident.subject}</Fact>
        <Fact name={t('incident.channels')}>{incident.channels.map((channel) => label('channel', channel)).join(', ') || '–'}</Fact>
        <Fact name={t('incident.first_event')}>{formats.time(incident.firstEventAt)}</Fact>
        <Fact name={t('incident.last_event')}>{formats.time(incident.lastEventAt)}</Fact>
        <Fact name={t('incident.opened')}>{formats.time(incident.openedAt)}</Fact>
        <Fact name={t('incident.assignee')}>{incident.assignee || t('incident.nobody')}</Fact>
        <Fact name={t('incident.actions')}>{incident.actions.map(action).join(', ') || t('incident.no_actions')}</Fact>
        <Fact name={t('incident.processes')}>
          <span className="mono">{incident.processes.join(', ') || '–'}</span>
        </Fact>
        {incident.tags.length > 0 && <Fact name={t('incident.tags')}>{incident.tags.join(', ')}</Fact>}
      </Facts>
    </Section>
  );
}
