import { Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { fleet } from '@/api/clients';
import { useMay } from '@/api/session';
import { DataTable } from '@/components/data_table';
import { Filters } from '@/components/filters';
import { Page, Section } from '@/components/page';
import { Answered, EmptyState, NoPermission } from '@/components/states';
import { useNow } from '@/components/use_now';
import type { AgentStatus, RefusedPeer } from '@/gen/vigie/v1/fleet_service_pb';
import { useFormats } from '@/i18n/use_formats';
import { label } from '@/i18n/labels';

import { useAgentColumns } from './agent_columns';
import { AgentDetail } from './agent_detail';
import { EnrolmentButton } from './enrolment';
import { Gaps } from './gaps';
import { SensorLegend } from './sensor_cell';
import { fleetPause } from './fleet_pause';
import { sensorNames } from './sensor_matrix';

export function FleetPage() {
  const { t } = useTranslation();
  const may = useMay('fleet');
  const mayChange = useMay('changeFleet');
  const query = useQuery({ queryKey: ['agents'], queryFn: ({ signal }) => fleet.listAgents({}, { signal }), refetchInterval: (known) => fleetPause(known.state.data), enabled: may });
  if (!may) return <Page title={t('fleet.title')}><NoPermission /></Page>;
  return (
    <Page title={t('fleet.title')} actions={mayChange && <EnrolmentButton />}>
      <Section title={t('fleet.workstations')} flush actions={<SensorLegend />}>
        <Answered query={query}>
          {({ agents }) => (agents.length > 0 ? <Agents agents={agents} /> : <EmptyState title={t('fleet.none')} text={t('fleet.none_text')} />)}
        </Answered>
      </Section>
      <Gaps />
      {query.data && query.data.refused.length > 0 && <Refused peers={query.data.refused} />}
    </Page>
  );
}

const fits = (agent: AgentStatus, words: string): boolean =>
  `${agent.host}\n${agent.version}\n${label('agent_state', agent.state)}`.toLocaleLowerCase().includes(words.toLocaleLowerCase());

function Agents({ agents }: { agents: AgentStatus[] }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const now = useNow();
  const [words, setWords] = useState('');
  const [openedId, setOpenedId] = useState<string | null>(null);
  const sensors = useMemo(() => sensorNames(agents), [agents]);
  const columns = useAgentColumns(sensors, now);
  const shown = useMemo(() => agents.filter((agent) => fits(agent, words)), [agents, words]);
  return (
    <>
      <Filters end={formats.number(shown.length)}>
        <TextInput aria-label={t('fleet.filter')} placeholder={t('fleet.filter_hint')} value={words} onChange={(event) => setWords(event.currentTarget.value)} />
      </Filters>
      <DataTable label={t('fleet.workstations')} rows={shown} columns={columns} rowId={(agent) => agent.id} onOpen={(agent) => setOpenedId(agent.id)} height="520px" />
      <AgentDetail agent={agents.find((agent) => agent.id === openedId) ?? null} onClose={() => setOpenedId(null)} />
    </>
  );
}

function Refused({ peers }: { peers: RefusedPeer[] }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <Section title={t('fleet.refused')}>
      {peers.map((peer) => (
        <Text size="sm" key={`${peer.address} ${peer.reason}`}>
          {t('fleet.refused_line', { address: peer.address, reason: peer.reason, count: Number(peer.count), at: formats.time(peer.lastAt) })}
        </Text>
      ))}
    </Section>
  );
}
