import type { Channel } from '@/gen/vigie/v1/activity_pb';
import { SensorState } from '@/gen/vigie/v1/agent_service_pb';
import { type AgentStatus, type ChannelCoverage, CoverageLimit } from '@/gen/vigie/v1/fleet_service_pb';

import { sensorKey, sensorOf, sensorTitle } from './sensor_matrix';

export const coverageOf = (agent: AgentStatus, channel: Channel) => agent.channels.find((one) => one.channel === channel);

/** Key of the texts: fleet.coverage.…; 1 = seen and stopped, 2 = in part, 3 = not seen at all. */
export function coverageKey(coverage: ChannelCoverage | undefined): '1' | '2' | '3' | 'none' {
  if (coverage?.seen === SensorState.RUNNING && coverage.blocked !== SensorState.RUNNING) return '2';
  return sensorKey(coverage?.seen);
}

/** Key of the texts: fleet.limit.… */
export function limitKey(limit: CoverageLimit): 'no_sensor' | 'by_program' | 'moved_files' | undefined {
  if (limit === CoverageLimit.NO_SENSOR) return 'no_sensor';
  if (limit === CoverageLimit.BY_PROGRAM) return 'by_program';
  return limit === CoverageLimit.MOVED_FILES ? 'moved_files' : undefined;
}

/** The sensors that limit it, with their reasons. */
export const limitingSensors = (agent: AgentStatus, coverage: ChannelCoverage): string[] =>
  coverage.limitedBy.map((name) => {
    const reason = sensorOf(agent, name)?.reason;
    return reason ? `${sensorTitle(name)}: ${reason}` : sensorTitle(name);
  });
