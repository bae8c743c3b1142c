import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect, test } from 'vitest';

import { barsOf } from '@/charts/bars';
import { SummarizeEventsResponseSchema } from '@/gen/vigie/v1/event_service_pb';

import { behaviourOf, rangeBefore } from './behaviour';

const moment = Date.UTC(2026, 10, 23, 14);
const day = 86_400_000;
const bucket = (from: number, distinctCustomers: bigint) => ({ from: timestampFromMs(from), figures: { events: 2n, distinctCustomers }, groups: [{ name: 'print', figures: { events: 2n, distinctCustomers } }] });

test('the days before end with the moment', () => {
  const { from, bucket: length, count } = rangeBefore(moment);
  expect(from + length * count).toBe(moment);
  expect(count).toBe(30);
});

test('what somebody usually does is told by days', () => {
  const range = rangeBefore(moment);
  const answer = create(SummarizeEventsResponseSchema, {
    figures: { events: 6n, distinctCustomers: 11n },
    groups: [{ name: 'print', figures: { events: 6n, distinctCustomers: 11n } }],
    buckets: [bucket(range.from, 3n), bucket(range.from + 4 * day, 9n), bucket(moment - day, 2n)],
  });
  expect(behaviourOf(answer)).toEqual({ events: 6n, customers: 11n, days: 3, mostInADay: 9n });
  const bars = barsOf(answer, range, (figures) => Number(figures.distinctCustomers), (name) => name);
  expect(bars.series[0]?.values.filter((value) => value > 0)).toEqual([3, 9, 2]);
  expect(bars.series[0]?.values.at(-1)).toBe(2);
});

test('of whom nothing is known nothing is told', () => {
  expect(behaviourOf(create(SummarizeEventsResponseSchema))).toEqual({ events: 0n, customers: 0n, days: 0, mostInADay: 0n });
});
