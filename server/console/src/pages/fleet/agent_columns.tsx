import { createColumnHelper } from '@tanstack/react-table';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

import { Tag, type Tone } from '@/components/badges';
import type { Column } from '@/components/data_table';
import { millis } from '@/format/times';
import { AgentState, type AgentStatus } from '@/gen/vigie/v1/fleet_service_pb';
import { useFormats } from '@/i18n/use_formats';
import { useLabel } from '@/i18n/labels';

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

export function useAgentColumns(sensors: string[], now: number): Column<AgentStatus>[] {
  const { t } = useTranslation();
  const formats = useFormats();
  return useMemo(
    () =>
      [
        column.accessor('host', { header: t('fleet.col.host'), size: 150 }),
        column.accessor('state', { header: t('fleet.col.state'), size: 115, cell: (cell) => <AgentStateTag agent={cell.row.original} /> }),
        column.accessor('version', { header: t('fleet.col.version'), size: 80 }),
        column.accessor('policyVersion', { id: 'policy', header: t('fleet.col.policy'), size: 75, meta: { numeric: true } }),
        column.accessor((agent) => millis(agent.lastSeenAt), { id: 'seen', header: t('fleet.col.seen'), size: 120, cell: (cell) => (cell.getValue() ? formats.age(new Date(cell.getValue()), now) : '–') }),
        column.accessor((agent) => Number(agent.events), { id: 'events', header: t('fleet.col.events'), size: 95, meta: { numeric: true }, cell: (cell) => formats.number(cell.getValue()) }),
        ...sensors.map((name) =>
          column.accessor((agent) => sensorOf(agent, name)?.state ?? 0, {
            id: `sensor ${name}`,
            header: sensorTitle(name),
            enableSorting: false,
            size: Math.max(60, sensorTitle(name).length * 7 + 36),
            cell: (cell) => <SensorCell sensor={sensorOf(cell.row.original, name)} />,
          }),
        ),
      ] as Column<AgentStatus>[],
    [t, formats, sensors, now],
  );
}
