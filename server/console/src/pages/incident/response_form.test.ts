import { expect, test } from 'vitest';

import { Channel } from '@/gen/vigie/v1/activity_pb';
import { BlockTarget } from '@/gen/vigie/v1/incident_service_pb';

import { faultOf, firstResponse, requestOf, targetsOf } from './response_form';

const now = Date.UTC(2024, 10, 22, 10);
const incident = { user: 'camille', host: 'w1', channels: [Channel.LOCAL, Channel.PRINT] };
const good = { ...firstResponse(incident, now), reason: ' until we have spoken ' };

test('it begins with the ways out that the incident took, for eight hours', () => {
  expect(good.channels).toEqual([Channel.PRINT]);
  expect(good.target).toBe(BlockTarget.USER);
  expect(new Date(good.until).getTime()).toBe(now + 8 * 3_600_000);
});

test('whom it can block is what the incident says', () => {
  expect(targetsOf({ user: '', host: 'w1' })).toEqual([BlockTarget.HOST]);
  expect(targetsOf({ user: 'camille', host: '' })).toEqual([BlockTarget.USER]);
  expect(targetsOf({ user: '', host: '' })).toEqual([]);
});

test('what the collector would refuse is not sent', () => {
  expect(faultOf(good, now)).toBeNull();
  expect(faultOf({ ...good, channels: [] }, now)).toBe('channels');
  expect(faultOf({ ...good, reason: '  ' }, now)).toBe('reason');
  expect(faultOf({ ...good, until: '' }, now)).toBe('until');
  expect(faultOf(good, now + 9 * 3_600_000)).toBe('until');
  expect(faultOf(good, now - 91 * 86_400_000)).toBe('until');
});

test('the request says it in the contract\'s words', () => {
  const request = requestOf('inc-1', good);
  expect(request.reason).toBe('until we have spoken');
  expect(Number(request.until?.seconds)).toBe((now + 8 * 3_600_000) / 1000);
});
