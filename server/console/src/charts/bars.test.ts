import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect, test } from 'vitest';

import { SummarizeEventsResponseSchema } from '@/gen/vigie/v1/event_service_pb';

import { barsOf, lastRange, niceBucket } from './bars';

const figures = (events: number) => ({ events: BigInt(events) });
const answer = create(SummarizeEventsResponseSchema, {
  groups: [{ name: 'print' }, { name: 'email' }, { name: 'quiet' }],
  buckets: [
    { from: timestampFromMs(1000), groups: [{ name: 'print', figures: figures(3) }] },
    { from: timestampFromMs(3000), groups: [{ name: 'email', figures: figures(5) }], others: figures(2) },
    { from: timestampFromMs(99_000), groups: [{ name: 'email', figures: figures(7) }] },
  ],
});
const bars = () => barsOf(answer, { from: 1000, bucket: 1000, count: 4 }, (one) => Number(one.events), (name) => name);

test('buckets that the answer leaves out are empty bars, groups without bars are left out', () => {
  expect(bars().times).toEqual([1000, 2000, 3000, 4000]);
  expect(bars().series).toEqual([
    { name: 'print', values: [3, 0, 0, 0] },
    { name: 'email', values: [0, 0, 5, 0] },
    { name: '…', values: [0, 0, 2, 0] },
  ]);
});

test('the last range holds the present moment in its last bucket', () => {
  const range = lastRange(10_500, 4000, 1000);
  expect(range).toEqual({ from: 7000, bucket: 1000, count: 4 });
});

test.each([60_000, 86_400_000, 90 * 86_400_000, 5000 * 86_400_000])('a span of %d ms has at most 120 buckets', (span) => {
  expect(span / niceBucket(span)).toBeLessThanOrEqual(120);
});
