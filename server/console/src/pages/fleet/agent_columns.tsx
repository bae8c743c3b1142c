import { Checkbox } from '@mantine/core';
import { createColumnHelper } from '@tanstack/react-table';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

import { Tag, type Tone } from '@/components/badges';
import type { Column } from '@/components/data_table';
import { millis } from '@/format/times';
import { AgentState, type AgentStatus } from '@/gen/vigie/v1/fleet_service_pb';
import { useFormats } from '@/i18n/use_formats';
import { choices, useLabel } from '@/i18n/labels';

import { CoverageCell } from './coverage_cell';
import { SensorCell } from './sensor_cell';
import { sensorOf, sensorTitle } from './sensor_matrix';

const column = createColumnHelper<AgentStatus>();

const tones: Record<number, Tone> = {
  [AgentState.CONNECTED]: 'good',
  [AgentState.SILENT]: 'high',
  [AgentState.BEHIND]: 'medium',
  [AgentState.SKEWED]: 'medium',
  [AgentState.REFUSED]: 'critical',
};

export const AgentStateTag = ({ agent }: { agent: AgentStatus }) => {
  const label = useLabel();
  return (
    <span title={agent.stateReason || undefined}>
      <Tag tone={tones[agent.state] ?? 'low'}>{label('agent_state', agent.state)}</Tag>
    </span>
  );
};

/** Workstations that are chosen, by id; absent where nobody may move them. */
export interface Chosen {
  ids: ReadonlySet<string>;
  onChange: (ids: ReadonlySet<string>) => void;
}

const toggled = (ids: ReadonlySet<string>, id: string): ReadonlySet<string> => new Set(ids.has(id) ? [...ids].filter((one) => one !== id) : [...ids, id]);

function ChooseCell({ agent, chosen }: { agent: AgentStatus; chosen: Chosen }) {
  const { t } = useTranslation();
  return <Checkbox size="xs" aria-label={t('fleet.choose', { host: agent.host })} checked={chosen.ids.has(agent.id)} onClick={(event) => event.stopPropagation()} onChange={() => chosen.onChange(toggled(chosen.ids, agent.id))} />;
}

/** What stands beside the workstations: each way out, or each sensor. */
export type Matrix = { of: 'coverage' } | { of: 'sensor'; names: string[] };

const widthOf = (title: string) => Math.max(60, title.length * 7 + 36);

const sensorColumn = (name: string) =>
  column.accessor((agent) => sensorOf(agent, name)?.state ?? 0, {
    id: `sensor ${name}`,
    header: sensorTitle(name),
    enableSorting: false,
    size: widthOf(sensorTitle(name)),
    cell: (cell) => <SensorCell sensor={sensorOf(cell.row.original, name)} />,
  });

const channelColumn = (channel: { value: string; label: string }) =>
  column.display({
    id: `channel ${channel.value}`,
    header: channel.label,
    enableSorting: false,
    size: widthOf(channel.label),
    cell: (cell) => <CoverageCell agent={cell.row.original} channel={Number(channel.value)} />,
  });

/** Its ring, and whether it has applied what that runs. */
function RingCell({ agent }: { agent: AgentStatus }) {
  const { t } = useTranslation();
  const behind = agent.ringPolicyVersion !== 0 && agent.ringPolicyVersion !== agent.policyVersion;
  return <span title={behind ? t('fleet.ring_behind', { version: agent.ringPolicyVersion }) : undefined}>{behind ? `${agent.ring} …` : agent.ring}</span>;
}

export function useAgentColumns(matrix: Matrix, now: number, chosen: Chosen | undefined): Column<AgentStatus>[] {
  const { t } = useTranslation();
  const formats = useFormats();
  return useMemo(
    () =>
      [
        ...(chosen ? [column.display({ id: 'chosen', header: t('fleet.col.chosen'), enableSorting: false, size: 85, cell: (cell) => <ChooseCell agent={cell.row.original} chosen={chosen} /> })] : []),
        column.accessor('host', { header: t('fleet.col.host'), size: 150 }),
        column.accessor('state', { header: t('fleet.col.state'), size: 115, cell: (cell) => <AgentStateTag agent={cell.row.original} /> }),
        column.accessor('version', { header: t('fleet.col.version'), size: 80 }),
        column.accessor('ring', { header: t('fleet.col.ring'), size: 90, cell: (cell) => <RingCell agent={cell.row.original} /> }),
        column.accessor('policyVersion', { id: 'policy', header: t('fleet.col.policy'), size: 75, meta: { numeric: true } }),
        column.accessor((agent) => millis(agent.lastSeenAt), { id: 'seen', header: t('fleet.col.seen'), size: 120, cell: (cell) => (cell.getValue() ? formats.age(new Date(cell.getValue()), now) : '–') }),
        column.accessor((agent) => Number(agent.events), { id: 'events', header: t('fleet.col.events'), size: 95, meta: { numeric: true }, cell: (cell) => formats.number(cell.getValue()) }),
        ...(matrix.of === 'sensor' ? matrix.names.map(sensorColumn) : choices('channel').map(channelColumn)),
      ] as Column<AgentStatus>[],
    [t, formats, matrix, now, chosen],
  );
}
