import type { ListAgentsResponse } from '@/gen/vigie/v1/fleet_service_pb';

/** Until the fleet is asked again: an answer has all of it, some kilobyte for each workstation. */
export const fleetPause = (known: ListAgentsResponse | undefined): number => Math.min(300_000, 10_000 + 10 * (known?.agents.length ?? 0));
