import { SensorState } from '@/gen/vigie/v1/agent_service_pb';
import type { AgentStatus } from '@/gen/vigie/v1/fleet_service_pb';

export const sensorOf = (agent: AgentStatus, name: string) => agent.sensors.find((sensor) => sensor.name === name);

/** file_events → "file events". */
export const sensorTitle = (name: string): string => name.replaceAll('_', ' ');

/** Key of the texts: fleet.sensor.… */
export function sensorKey(state: SensorState | undefined): '1' | '2' | '3' | 'none' {
  if (state === SensorState.RUNNING) return '1';
  if (state === SensorState.DEGRADED) return '2';
  return state === SensorState.UNSUPPORTED ? '3' : 'none';
}
