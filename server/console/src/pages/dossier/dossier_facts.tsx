import { Button, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { useMay } from '@/api/session';
import { Fact, Facts } from '@/components/facts';
import { Section } from '@/components/page';
import type { DossierFacts } from '@/gen/vigie/v1/dossier_pb';
import { useFormats } from '@/i18n/use_formats';
import { useLabel } from '@/i18n/labels';

/** Each figure with the incidents that it comes from. */
export function KnownFacts({ facts, refresh }: { facts: DossierFacts; refresh: (() => void) | undefined }) {
  const { t } = useTranslation();
  const label = useLabel();
  const formats = useFormats();
  const count = (name: string, found: { value: bigint; incidentIds: string[] } | undefined) =>
    found && <Sourced name={name} value={formats.number(found.value)} ids={found.incidentIds} />;
  const moment = (name: string, found: DossierFacts['firstEvent']) => found && <Sourced name={name} value={formats.time(found.at)} ids={found.incidentIds} />;
  return (
    <Section
      title={t('dossier.facts')}
      actions={
        refresh && (
          <Button size="compact-xs" variant="default" onClick={refresh}>
            {t('dossier.facts_refresh')}
          </Button>
        )
      }
    >
      <Facts>
        {count(t('dossier.fact.customers'), facts.customers)}
        {count(t('dossier.fact.records'), facts.records)}
        {count(t('dossier.fact.events'), facts.events)}
        {moment(t('dossier.fact.first'), facts.firstEvent)}
        {moment(t('dossier.fact.last'), facts.lastEvent)}
        <Fact name={t('dossier.fact.channels')}>{facts.channels.map(({ channel }) => label('channel', channel)).join(', ') || '–'}</Fact>
      </Facts>
      <Text size="xs" c="dimmed" mt="sm">
        {t('dossier.facts_at', { at: formats.minute(facts.at) })}
      </Text>
    </Section>
  );
}

function Sourced({ name, value, ids }: { name: string; value: ReactNode; ids: string[] }) {
  const { t } = useTranslation();
  return (
    <Fact name={name}>
      <strong>{value}</strong>{' '}
      {ids.length > 0 && (
        <Text size="xs" c="dimmed" component="span">
          {t('dossier.source')} <IncidentLinks ids={ids} />
        </Text>
      )}
    </Fact>
  );
}

/** Only names for who may not read incidents. */
export function IncidentLinks({ ids }: { ids: string[] }) {
  const may = useMay('incidents');
  return (
    <>
      {ids.map((id, index) => (
        <span key={id}>
          {index > 0 && ', '}
          {may ? <Link to={`/incidents/${id}`}>{id}</Link> : id}
        </span>
      ))}
    </>
  );
}
