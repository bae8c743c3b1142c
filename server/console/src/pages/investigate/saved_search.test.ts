import { expect, test } from 'vitest';

import { toLocalInput } from '@/format/times';
import { Channel } from '@/gen/vigie/v1/activity_pb';

import { askedQuery, keptQuery } from './saved_search';

const now = Date.UTC(2024, 10, 22, 10);
const hour = 3_600_000;
const query = { since: toLocalInput(new Date(now - 24 * hour)), user: ' camille ', host: '', channel: Channel.PRINT, incidentId: '', rule: ' prints ', shadow: true };
const again = (moves: boolean, later: number) => {
  const kept = keptQuery(query, moves, now);
  return askedQuery({ ...kept, channel: Channel.PRINT }, later);
};

test('a search whose time moves reaches as far back as when it was kept', () => {
  expect(again(true, now + 5 * hour).since).toBe(toLocalInput(new Date(now - 19 * hour)));
  expect(keptQuery(query, true, now).since).toBeUndefined();
});

test('a search of a fixed time begins where it began', () => {
  expect(again(false, now + 5 * hour).since).toBe(query.since);
  expect(keptQuery(query, false, now).last).toBeUndefined();
});

test('everything else comes back as it was asked', () => {
  expect(again(true, now)).toEqual({ ...query, user: 'camille', rule: 'prints' });
});

test('without a time it is from the beginning, also if it should move', () => {
  const kept = keptQuery({ ...query, since: '' }, true, now);
  expect([kept.since, kept.last]).toEqual([undefined, undefined]);
  expect(askedQuery(undefined, now)).toEqual({ since: '', user: '', host: '', channel: 0, incidentId: '', rule: '', shadow: false });
});
