import type { Event } from '@/gen/vigie/v1/event_pb';

/** Its name for ever, as lineage and incidents write it. */
export const eventId = (event: Event): string => `${event.agentId}/${event.bootEpoch}/${event.sequence}`;

export const activityOf = (event: Event) => (event.what.case === 'activity' ? event.what.value : undefined);

export const gapOf = (event: Event) => (event.what.case === 'gap' ? event.what.value : undefined);

/** When it happened, by the collector's clock; in milliseconds since 1970. */
export function eventTime(event: Event): number {
  const activity = activityOf(event);
  const at = activity?.at ?? gapOf(event)?.from ?? event.receivedAt;
  const offset = activity ? event.clockOffset : undefined;
  const millis = at ? Number(at.seconds) * 1000 + at.nanos / 1e6 : 0;
  return millis + (offset ? Number(offset.seconds) * 1000 + offset.nanos / 1e6 : 0);
}

/** Of the ledger with most of them, and of the others. */
export function customersOf(event: Event): number {
  const inspection = event.inspection;
  if (!inspection) return 0;
  return [inspection.customers, ...inspection.customersOfOtherLedgers].reduce((sum, found) => sum + (found?.distinct ?? 0), 0);
}

export const lastName = (path: string): string => path.slice(path.lastIndexOf('/') + 1) || path;
