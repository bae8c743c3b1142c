import type { Channel } from '@/gen/vigie/v1/activity_pb';
import type { Incident } from '@/gen/vigie/v1/incident_pb';

import type { LedgerKeys } from './ledger';
import { recordIds } from './record_set';

/** A customer, and what of the incidents he is in. */
export interface Affected {
  record: number;
  incidents: Incident[];
}

export function affectedBy(incidents: Incident[]): Affected[] {
  const byRecord = new Map<number, Affected>();
  for (const incident of incidents) {
    for (const record of recordIds(incident.records)) {
      const known = byRecord.get(record);
      if (known) known.incidents.push(incident);
      else byRecord.set(record, { record, incidents: [incident] });
    }
  }
  return [...byRecord.values()].sort((one, other) => one.record - other.record);
}

export const channelsOf = (affected: Affected): Channel[] => [...new Set(affected.incidents.flatMap(({ channels }) => channels))].sort((one, other) => one - other);

const moments = (affected: Affected, which: 'firstEventAt' | 'lastEventAt'): number[] =>
  affected.incidents.flatMap((incident) => (incident[which] ? [Number(incident[which].seconds)] : []));

/** As a date that every mail merge reads: 2026-11-23. */
const day = (seconds: number): string => (Number.isFinite(seconds) ? new Date(seconds * 1000).toISOString().slice(0, 10) : '');

export const firstDay = (affected: Affected): string => day(Math.min(...moments(affected, 'firstEventAt')));
export const lastDay = (affected: Affected): string => day(Math.max(...moments(affected, 'lastEventAt')));

/** One row for each letter. Customers whom the ledger does not name, and invented ones, are not in it. */
export function letterRows(affected: Affected[], ledger: LedgerKeys, channelName: (channel: Channel) => string, data: string): string[][] {
  return affected.flatMap((one) => {
    const key = ledger.keys.get(one.record);
    if (key === undefined || ledger.canaries.has(one.record)) return [];
    return [[key, one.incidents.map(({ id }) => id).join(' '), firstDay(one), lastDay(one), channelsOf(one).map(channelName).join('; '), data]];
  });
}
