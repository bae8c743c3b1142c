import { Button, Group, MultiSelect, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { incidents } from '@/api/clients';
import { useMay } from '@/api/session';
import { Confirm } from '@/components/confirm';
import { Section } from '@/components/page';
import { Answered, EmptyState } from '@/components/states';
import type { Dossier } from '@/gen/vigie/v1/dossier_pb';
import type { Incident } from '@/gen/vigie/v1/incident_pb';
import { useAmounts } from '@/i18n/use_amounts';
import { useFormats } from '@/i18n/use_formats';

import { IncidentLinks } from './dossier_facts';
import { otherIncidents, submittedIncidents } from './incident_choice';

export interface IncidentChange {
  /** With these incidents, and what is typed. */
  save: (incidentIds: string[], done: () => void) => void;
  busy: boolean;
  error: unknown;
  /** What went wrong in a dialog that is closed is not told in the next one. */
  forget: () => void;
  unsaved: boolean;
}

interface SectionProps {
  dossier: Dossier;
  ids: string[];
  /** Nothing where the dossier is only read. */
  change: IncidentChange | undefined;
}

/** Which incidents a dossier is about; more can be added at any time, and taken out until they are submitted. */
export function DossierIncidents({ dossier, ids, change }: SectionProps) {
  const { t } = useTranslation();
  const mayRead = useMay('incidents');
  const kept = submittedIncidents(dossier);
  return (
    <Section title={t('dossier.incidents')} actions={change && mayRead && <AddButton ids={ids} change={change} />}>
      {ids.map((id) => (
        <Group key={id} gap="xs" mb={4}>
          <IncidentLinks ids={[id]} />
          {kept.has(id) && (
            <Text size="xs" c="dimmed" component="span">
              {t('dossier_incidents.submitted')}
            </Text>
          )}
          {change && !kept.has(id) && ids.length > 1 && <TakeOutButton id={id} ids={ids} change={change} />}
        </Group>
      ))}
    </Section>
  );
}

const Saves = ({ change }: { change: IncidentChange }) => {
  const { t } = useTranslation();
  return change.unsaved ? <Text size="sm">{t('dossier_incidents.saves')}</Text> : null;
};

function TakeOutButton({ id, ids, change }: { id: string; ids: string[]; change: IncidentChange }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const close = () => {
    setOpened(false);
    change.forget();
  };
  return (
    <>
      <Button size="compact-xs" variant="default" onClick={() => setOpened(true)} aria-label={t('dossier_incidents.take_out_name', { id })}>
        {t('dossier_incidents.take_out')}
      </Button>
      <Confirm
        opened={opened}
        onClose={close}
        title={t('dossier_incidents.take_out_title', { id })}
        text={t('dossier_incidents.take_out_text')}
        confirm={t('dossier_incidents.take_out')}
        onConfirm={() => change.save(ids.filter((other) => other !== id), close)}
        busy={change.busy}
        error={change.error}
      >
        <Saves change={change} />
      </Confirm>
    </>
  );
}

function AddButton({ ids, change }: { ids: string[]; change: IncidentChange }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const [chosen, setChosen] = useState<string[]>([]);
  const close = () => {
    setOpened(false);
    setChosen([]);
    change.forget();
  };
  return (
    <>
      <Button size="compact-xs" variant="default" onClick={() => setOpened(true)}>
        {t('dossier_incidents.add')}
      </Button>
      <Confirm
        opened={opened}
        onClose={close}
        title={t('dossier_incidents.add_title')}
        text={t('dossier_incidents.add_text')}
        confirm={t('dossier_incidents.add')}
        onConfirm={() => change.save([...ids, ...chosen], close)}
        disabled={chosen.length === 0}
        busy={change.busy}
        error={change.error}
      >
        <Choice ids={ids} chosen={chosen} choose={setChosen} />
        <Saves change={change} />
      </Confirm>
    </>
  );
}

const newest = 1000;

function Choice({ ids, chosen, choose }: { ids: string[]; chosen: string[]; choose: (ids: string[]) => void }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const amount = useAmounts();
  const query = useQuery({ queryKey: ['incidents', 'newest'], queryFn: ({ signal }) => incidents.listIncidents({ pageSize: newest }, { signal }) });
  const text = ({ id, user, host, distinctCustomers, openedAt }: Incident) =>
    t('dossier_incidents.choice', { id, who: user || host, customers: amount('customers', distinctCustomers), at: formats.minute(openedAt) });
  return (
    <Answered query={query}>
      {(answer) => {
        const others = otherIncidents(answer.incidents, ids);
        if (others.length === 0) return <EmptyState title={t('dossier_incidents.none')} />;
        return (
          <MultiSelect
            label={t('dossier.incidents')}
            description={answer.nextPageToken ? t('dossier_incidents.newest', { shown: formats.number(answer.incidents.length) }) : undefined}
            data={others.map((incident) => ({ value: incident.id, label: text(incident) }))}
            value={chosen}
            onChange={choose}
            searchable
            limit={50}
            maxValues={100 - ids.length}
            data-autofocus
          />
        );
      }}
    </Answered>
  );
}
