import { SegmentedControl, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useMay } from '@/api/session';
import { DataTable } from '@/components/data_table';
import { EnumSelect, Filters } from '@/components/filters';
import { Page, Section } from '@/components/page';
import { Answered, EmptyState, NoPermission } from '@/components/states';
import { useNow } from '@/components/use_now';
import type { AgentState, AgentStatus, ListAgentsResponse, RefusedPeer } from '@/gen/vigie/v1/fleet_service_pb';
import { useFormats } from '@/i18n/use_formats';

import { type Matrix, useAgentColumns } from './agent_columns';
import { AgentDetail } from './agent_detail';
import type { AgentFilter } from './agent_query';
import { EnrolmentButton } from './enrolment';
import { Gaps } from './gaps';
import { ChosenBar, RingFilter, RingsButton } from './rings';
import { MatrixLegend } from './sensor_cell';
import { useAgents } from './use_agents';

const noFilter: AgentFilter = { words: '', state: 0, ring: '', sorting: [{ id: 'host', desc: false }] };
const typing = 250;
const mostMoved = 1000; // at a time

export function FleetPage() {
  const { t } = useTranslation();
  const may = useMay('fleet');
  const mayChange = useMay('changeFleet');
  const [filter, setFilter] = useState(noFilter);
  const [of, setOf] = useState<Matrix['of']>('coverage');
  const [words] = useDebouncedValue(filter.words, typing);
  const asked = useMemo(() => ({ ...filter, words }), [filter, words]);
  const query = useAgents(asked, may);
  const { hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = query;
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  if (!may) return <Page title={t('fleet.title')}><NoPermission /></Page>;
  const newest = query.data?.pages[0];
  // A page that did not come is asked for again when the others are, not at once and without end.
  const mayFetch = hasNextPage && !isFetching && !isFetchNextPageError;
  return (
    <Page title={t('fleet.title')} actions={
        mayChange && (
          <>
            <RingsButton />
            <EnrolmentButton />
          </>
        )
      }>
      <Section title={t('fleet.workstations')} flush actions={<MatrixChoice of={of} onChange={setOf} />}>
        <Answered query={query}>
          {({ pages }) =>
            pages[0] && pages[0].counts.length > 0 ? (
              <Agents of={of} pages={pages} filter={filter} setFilter={setFilter} onEnd={mayFetch ? more : undefined} />
            ) : (
              <EmptyState title={t('fleet.none')} text={t('fleet.none_text')} />
            )
          }
        </Answered>
      </Section>
      <Gaps />
      {newest && newest.refused.length > 0 && <Refused peers={newest.refused} />}
    </Page>
  );
}

function MatrixChoice({ of, onChange }: { of: Matrix['of']; onChange: (of: Matrix['of']) => void }) {
  const { t } = useTranslation();
  return (
    <>
      <MatrixLegend of={of} />
      <SegmentedControl
        size="xs"
        aria-label={t('fleet.matrix')}
        value={of}
        onChange={(value) => onChange(value as Matrix['of'])}
        data={[
          { value: 'coverage', label: t('fleet.channels') },
          { value: 'sensor', label: t('fleet.sensors') },
        ]}
      />
    </>
  );
}

interface AgentsProps {
  of: Matrix['of'];
  pages: ListAgentsResponse[];
  filter: AgentFilter;
  setFilter: (filter: AgentFilter) => void;
  onEnd: (() => void) | undefined;
}

/** One that moves from a page to another while they are asked for is shown once. */
const agentsIn = (pages: ListAgentsResponse[]) => [...new Map(pages.flatMap((page) => page.agents).map((agent) => [agent.id, agent])).values()];

function Agents({ of, pages, filter, setFilter, onEnd }: AgentsProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const now = useNow();
  const [opened, setOpened] = useState<AgentStatus | null>(null);
  const agents = useMemo(() => agentsIn(pages), [pages]);
  // As it was when it was opened, if it has moved to a page that is not here.
  const shown = opened && (agents.find(({ id }) => id === opened.id) ?? opened);
  const matrix = useMemo<Matrix>(() => (of === 'coverage' ? { of } : { of, names: pages[0]?.sensors ?? [] }), [of, pages]);
  const mayChange = useMay('changeFleet');
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const chosen = useMemo(() => (mayChange ? { ids, onChange: setIds } : undefined), [mayChange, ids]);
  const columns = useAgentColumns(matrix, now, chosen);
  const sortedBy = { sorting: filter.sorting, onChange: (sorting: AgentFilter['sorting']) => setFilter({ ...filter, sorting }) };
  return (
    <>
      <Filters end={formats.number(pages[0]?.matching ?? 0)}>
        <TextInput label={t('fleet.filter')} placeholder={t('fleet.filter_hint')} value={filter.words} onChange={(event) => setFilter({ ...filter, words: event.currentTarget.value })} />
        <EnumSelect label={t('fleet.col.state')} group="agent_state" any={t('fleet.any_state')} value={filter.state} onChange={(state) => setFilter({ ...filter, state: state as AgentState | 0 })} />
        <RingFilter value={filter.ring} onChange={(ring) => setFilter({ ...filter, ring })} />
      </Filters>
      {mayChange && <ChosenBar ids={[...ids]} onDone={() => setIds(new Set())} onChooseAll={() => setIds(new Set(agents.slice(0, mostMoved).map(({ id }) => id)))} />}
      {agents.length === 0 && <EmptyState title={t('fleet.none_match')} />}
      <DataTable label={t('fleet.workstations')} rows={agents} columns={columns} rowId={(agent) => agent.id} onOpen={setOpened} sortedBy={sortedBy} onEnd={onEnd} height="520px" />
      <AgentDetail agent={shown} onClose={() => setOpened(null)} />
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
          {t('fleet.refused_line', { address: peer.address, reason: peer.reason, count: Number(peer.count), shown: formats.number(peer.count), at: formats.time(peer.lastAt) })}
        </Text>
      ))}
    </Section>
  );
}
