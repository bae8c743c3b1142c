import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { incidents } from '@/api/clients';
import { IncidentStateTag } from '@/components/badges';
import { Section } from '@/components/page';
import { Answered } from '@/components/states';
import type { SimilarIncident } from '@/gen/vigie/v1/incident_service_pb';
import { useFormats } from '@/i18n/use_formats';

import classes from './similar_incidents.module.css';

export function SimilarIncidents({ id }: { id: string }) {
  const { t } = useTranslation();
  const similar = useQuery({ queryKey: ['incident', id, 'similar'], queryFn: ({ signal }) => incidents.similarIncidents({ id, limit: 20 }, { signal }) });
  return (
    <Section title={t('incident.similar')}>
      <Answered query={similar}>
        {(answer) =>
          answer.incidents.length === 0 ? (
            <Text c="dimmed">{t('incident.similar_empty')}</Text>
          ) : (
            <ul className={classes.list}>
              {answer.incidents.map((one) => (
                <Similar key={one.incident?.id} similar={one} />
              ))}
            </ul>
          )
        }
      </Answered>
    </Section>
  );
}

function Similar({ similar }: { similar: SimilarIncident }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { incident, sharedCustomers, sameUser, sameHost, sameRule } = similar;
  if (!incident) return null;
  const shared = Number(sharedCustomers);
  const why = [
    shared > 0 && t('incident.shared', { count: shared, shown: formats.number(shared) }),
    sameUser && t('incident.same_user'),
    sameHost && t('incident.same_host'),
    sameRule && t('incident.same_rule'),
  ].filter(Boolean);
  return (
    <li>
      <div className={classes.line}>
        <Link to={`/incidents/${incident.id}`}>{incident.id}</Link>
        <IncidentStateTag state={incident.state} />
        <span>{incident.user || incident.subject}</span>
      </div>
      <Text size="xs" c="dimmed">
        {why.join(' · ')} · {formats.minute(incident.openedAt)}
      </Text>
    </li>
  );
}
