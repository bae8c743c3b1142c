import type { Ring } from '@/gen/vigie/v1/fleet_service_pb';

type Known = Pick<Ring, 'name' | 'policyVersion' | 'formerVersions'>;

/** What can be done with a ring: the version that the ring before it runs is newer, or there is one to go back to. */
export interface Steps {
  promote: { version: number; to: string; replaces: number } | null;
  /** The version that it would run again. */
  back: { version: number; from: string; to: number } | null;
}

export function stepsOf(rings: Known[], place: number): Steps {
  const ring = rings[place];
  if (!ring) return { promote: null, back: null };
  const ahead = rings[place - 1]?.policyVersion ?? 0;
  const former = ring.formerVersions.at(-1);
  return {
    promote: ahead > ring.policyVersion ? { version: ahead, to: ring.name, replaces: ring.policyVersion } : null,
    back: former === undefined ? null : { version: ring.policyVersion, from: ring.name, to: former },
  };
}
