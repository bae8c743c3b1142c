import type { IndexUse } from '@/gen/vigie/v1/fleet_service_pb';

/** Others have a newer one of the same ledger: the collector lists the newest of each first. */
export const isBehind = (uses: IndexUse[], place: number): boolean =>
  place > 0 && uses[place - 1]?.index?.ledger === uses[place]?.index?.ledger;
