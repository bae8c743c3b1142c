import { Text } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { useOpenIncidents } from '@/api/live_incidents';
import { SeverityTag } from '@/components/badges';
import { Section } from '@/components/page';
import { EmptyState, NotTold } from '@/components/states';
import { useNow } from '@/components/use_now';
import { millis } from '@/format/times';
import type { Incident } from '@/gen/vigie/v1/incident_pb';
import { useFormats } from '@/i18n/use_formats';

import classes from './now_lists.module.css';

const shown = 12;

/** The gravest first, then the newest. */
export const byGravity = (a: Incident, b: Incident): number => b.severity - a.severity || millis(b.openedAt) - millis(a.openedAt);

export function OpenIncidents() {
  const { t } = useTranslation();
  const { status, open } = useOpenIncidents();
  const now = useNow();
  const first = useMemo(() => [...open].sort(byGravity).slice(0, shown), [open]);
  return (
    <Section title={t('now.open')} flush actions={<Link to="/incidents">{t('now.all_incidents')}</Link>}>
      {first.length === 0 && (status === 'live' ? <EmptyState title={t('incidents.none_open')} /> : <NotTold status={status} />)}
      <ul className={classes.list}>
        {first.map((incident) => (
          <IncidentLine key={incident.id} incident={incident} now={now} />
        ))}
      </ul>
    </Section>
  );
}

function IncidentLine({ incident, now }: { incident: Incident; now: number }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const customers = incident.distinctCustomers;
  return (
    <li className={classes.item}>
      <div className={classes.line}>
        <Link className={classes.name} to={`/incidents/${incident.id}`}>
          {incident.user || incident.subject}
        </Link>
        <SeverityTag severity={incident.severity} />
      </div>
      <Text size="xs" c="dimmed" className={classes.note}>
        {t('event.customers', { count: customers, shown: formats.number(customers) })} · {incident.rule} · {formats.age(incident.openedAt, now)}
      </Text>
    </li>
  );
}
