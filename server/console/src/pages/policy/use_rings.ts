import { useQuery } from '@tanstack/react-query';

import { fleet } from '@/api/clients';
import { fleetPause } from '@/pages/fleet/fleet_pause';

/** The rings in their order, and how far each is. */
export const useRings = (enabled = true) =>
  useQuery({ queryKey: ['rings'], queryFn: ({ signal }) => fleet.listRings({}, { signal }), refetchInterval: fleetPause, enabled });
