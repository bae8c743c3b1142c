import type { SummarizeEventsResponse } from '@/gen/vigie/v1/event_service_pb';
import type { Range } from '@/charts/bars';

const day = 86_400_000;
export const daysBefore = 30;

/** The days before a moment; the last one ends with it. */
export const rangeBefore = (moment: number): Range => ({ from: moment - daysBefore * day, bucket: day, count: daysBefore });

export interface Behaviour {
  events: bigint;
  customers: bigint;
  /** On which anything was seen. */
  days: number;
  /** Distinct customers of the day that had most of them. */
  mostInADay: bigint;
}

export function behaviourOf({ figures, buckets }: SummarizeEventsResponse): Behaviour {
  const most = (least: bigint, value: bigint) => (value > least ? value : least);
  return {
    events: figures?.events ?? 0n,
    customers: figures?.distinctCustomers ?? 0n,
    days: buckets.length,
    mostInADay: buckets.map((bucket) => bucket.figures?.distinctCustomers ?? 0n).reduce(most, 0n),
  };
}
