import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';

import { AffectedSection } from '@/affected/affected_section';
import { classesIn } from '@/affected/data_of';
import { dossiers, events as eventApi, incidents } from '@/api/clients';
import { useLiveIncidents } from '@/api/live_incidents';
import { useMay } from '@/api/session';
import { IncidentStateTag, SeverityTag } from '@/components/badges';
import { Columns, Page, Section, Stack } from '@/components/page';
import { Answered, EmptyState, NoPermission } from '@/components/states';
import { IncidentState, type Incident } from '@/gen/vigie/v1/incident_pb';
import { useFormats } from '@/i18n/use_formats';
import { useLabel } from '@/i18n/labels';

import { EarlierBehaviour } from './earlier_behaviour';
import { EvidenceSection } from './evidence_section';
import { IncidentActions } from './incident_actions';
import { IncidentFacts, IncidentFigures } from './incident_facts';
import { IncidentHistory } from './incident_history';
import { IncidentResponse } from './incident_response';
import { useIncidentSentence } from './incident_sentence';
import { LineageView } from './lineage_view';
import { SimilarIncidents } from './similar_incidents';
import { Timeline } from './timeline';
import { UnmaskCustomers, useEndOfUnmasking } from './unmask_section';

export function IncidentPage() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const may = useMay('incidents');
  const query = useQuery({ queryKey: ['incident', id], queryFn: ({ signal }) => incidents.getIncident({ id }, { signal }), enabled: may });
  const { status, byId } = useLiveIncidents();
  const shown = query.data && newest(query.data, status === 'live' ? byId.get(id) : undefined);
  if (!may) return <Page title={t('incident.title', { id })}><NoPermission /></Page>;
  if (!shown) return <Page title={t('incident.title', { id })}><Answered query={query}>{() => null}</Answered></Page>;
  return <OneIncident incident={shown} />;
}

/** The stream is ahead of the answer, but for what only the answer has. */
const newest = (asked: Incident, live: Incident | undefined): Incident =>
  live ? { ...live, eventIds: asked.eventIds, records: asked.records } : asked;

function OneIncident({ incident }: { incident: Incident }) {
  const { t } = useTranslation();
  const sentence = useIncidentSentence(incident);
  const mayKnow = useMay('unmasked');
  useEndOfUnmasking(incident.id, !mayKnow && incident.records.length > 0);
  return (
    <Page
      title={t('incident.title', { id: incident.id })}
      aside={
        <>
          <SeverityTag severity={incident.severity} />
          <IncidentStateTag state={incident.state} />
        </>
      }
      actions={<IncidentActions incident={incident} />}
      lead={<Lead incident={incident} sentence={sentence} />}
    >
      <IncidentFigures incident={incident} />
      <Columns wide>
        <Stack>
          <IncidentFacts incident={incident} />
          {incident.records.length > 0 && <Customers incident={incident} />}
          {incident.records.length === 0 && incident.distinctCustomers > 0 && !mayKnow && <UnmaskCustomers incidentId={incident.id} />}
          <Story incident={incident} />
        </Stack>
        <Stack>
          <IncidentResponse incident={incident} />
          <RelatedDossiers id={incident.id} />
          <EvidenceSection id={incident.id} />
          <IncidentHistory id={incident.id} />
          <EarlierBehaviour incident={incident} />
          <SimilarIncidents id={incident.id} />
        </Stack>
      </Columns>
    </Page>
  );
}

function Lead({ incident, sentence }: { incident: Incident; sentence: string }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { suppressedBy } = incident;
  return (
    <>
      <span data-testid="sentence">{sentence}</span>
      {incident.explanation && <Text c="dimmed">{incident.explanation}</Text>}
      {incident.state === IncidentState.CLOSED && incident.closedReason && <Text c="dimmed">{t('incident.closed_reason', { reason: incident.closedReason })}</Text>}
      {suppressedBy && (
        <Text c="dimmed">{t('incident.suppressed', { until: formats.minute(suppressedBy.until), owner: suppressedBy.owner, reason: suppressedBy.reason })}</Text>
      )}
    </>
  );
}

const storyPage = 1000;

const useStory = (id: string) =>
  useQuery({
    queryKey: ['incident', id, 'events'],
    queryFn: ({ signal }) => eventApi.queryEvents({ incidentId: id, pageSize: storyPage }, { signal }),
  });

function Customers({ incident }: { incident: Incident }) {
  const { data } = useStory(incident.id);
  const one = useMemo(() => [incident], [incident]);
  return <AffectedSection incidents={one} data={classesIn(data?.events ?? []).join('; ')} name={incident.id} />;
}

function Story({ incident }: { incident: Incident }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const query = useStory(incident.id);
  const { refetch } = query;
  const asked = useRef(incident.events);
  useEffect(() => {
    if (asked.current === incident.events) return undefined;
    asked.current = incident.events;
    const soon = setTimeout(() => void refetch(), 400);
    return () => clearTimeout(soon);
  }, [incident.events, refetch]);
  const steps = useMemo(() => new Map(incident.steps.map((step) => [step.eventId, step.name])), [incident.steps]);
  return (
    <>
      {incident.steps.length > 0 && <Steps incident={incident} />}
      {query.data && <LineageView events={query.data.events} />}
      <Section title={t('incident.timeline')} flush actions={<Link to={`/investigate?incident=${incident.id}`}>{t('incident.investigate')}</Link>}>
        {query.data?.nextPageToken && (
          <Text size="xs" c="dimmed" px="md" py={4}>
            {t('incident.timeline_part', { shown: formats.number(storyPage), all: formats.number(incident.events) })}
          </Text>
        )}
        <Answered query={query}>
          {({ events }) =>
            events.length > 0 ? <Timeline events={events} steps={steps} label={t('incident.timeline')} /> : <EmptyState title={t('incident.timeline_empty')} />
          }
        </Answered>
      </Section>
    </>
  );
}

function Steps({ incident }: { incident: Incident }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <Section title={t('incident.steps')}>
      <ol>
        {incident.steps.map((step, index) => (
          <li key={`${step.eventId} ${index}`}>
            <strong>{step.name}</strong> <span className="dimmed">{formats.time(step.at)}</span>
          </li>
        ))}
      </ol>
    </Section>
  );
}

/** Says nothing unless there is one: the button to open one is above. */
function RelatedDossiers({ id }: { id: string }) {
  const { t } = useTranslation();
  const label = useLabel();
  const query = useQuery({ queryKey: ['dossiers', 'of', id], queryFn: ({ signal }) => dossiers.listDossiers({ incidentId: id }, { signal }) });
  if (!query.data || query.data.dossiers.length === 0) return null;
  return (
    <Section title={t('incident.dossiers')}>
      {query.data.dossiers.map((dossier) => (
        <div key={dossier.id}>
          <Link to={`/dossiers/${dossier.id}`}>{dossier.content?.title || dossier.id}</Link>{' '}
          <span className="dimmed">{label('dossier_state', dossier.state)}</span>
        </div>
      ))}
    </Section>
  );
}
