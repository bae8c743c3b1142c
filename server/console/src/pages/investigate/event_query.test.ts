import { expect, test } from 'vitest';

import { toLocalInput } from '@/format/times';

import { firstQuery, requestOf, shadowAddress } from './event_query';

const now = Date.UTC(2024, 10, 22, 10);
const day = 86_400_000;
const asked = (address: string) => firstQuery(new URL(address, 'https://localhost').searchParams, now);

test('an address leads to what a rule in shadow has decided', () => {
  const query = asked(shadowAddress('no & media', 30));
  expect(query).toEqual({ since: toLocalInput(new Date(now - 30 * day)), user: '', host: '', channel: 0, incidentId: '', rule: 'no & media', shadow: true });
  expect(requestOf(query)).toMatchObject({ rule: 'no & media', shadow: true });
});

test('an incident is asked for from its beginning, anything else for a day', () => {
  expect(asked('/investigate?incident=inc-7')).toMatchObject({ since: '', incidentId: 'inc-7', rule: '', shadow: false });
  expect(asked('/investigate').since).toBe(toLocalInput(new Date(now - day)));
  expect(asked('/investigate?days=x').since).toBe(toLocalInput(new Date(now - day)));
});

test('no address names a person', () => {
  expect(asked('/investigate?user=camille').user).toBe('');
});
