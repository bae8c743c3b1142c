import { expect, test } from 'vitest';

import type { EvidenceFault } from '@/gen/vigie/v1/evidence_pb';

import { joined, verdictOf } from './evidence_facts';

const report = { events: 5n, broken: 0n, notChained: 0n, collector: 0n, faults: [] as EvidenceFault[] };

test('the worst that holds of any event is said first', () => {
  expect(verdictOf(report)).toBe('good');
  expect(verdictOf({ ...report, collector: 1n })).toBe('collector');
  expect(verdictOf({ ...report, collector: 1n, notChained: 1n })).toBe('partly');
  expect(verdictOf({ ...report, notChained: 1n, broken: 1n })).toBe('broken');
  expect(verdictOf({ ...report, faults: [{} as EvidenceFault] })).toBe('broken');
  expect(verdictOf({ ...report, events: 0n })).toBe('empty');
});

test('pieces are put together in their order', () => {
  expect([...joined([new Uint8Array([1, 2]), new Uint8Array(), new Uint8Array([3])])]).toEqual([1, 2, 3]);
  expect(joined([]).length).toBe(0);
});
