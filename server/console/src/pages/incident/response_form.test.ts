import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect, test } from 'vitest';

import { Channel } from '@/gen/vigie/v1/activity_pb';
import { IncidentBlockSchema, IncidentState } from '@/gen/vigie/v1/incident_pb';
import { BlockTarget, GetBlockStateResponseSchema } from '@/gen/vigie/v1/incident_service_pb';

import { concernsOthers, endOf, faultOf, firstResponse, isReplaced, requestOf, statePause, targetsOf } from './response_form';

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

test('who was not read when the form was opened is not blocked', () => {
  const [bob, elsewhere] = [{ ...incident, user: 'bob' }, { ...incident, host: 'w2' }];
  const others = (target: BlockTarget) => [incident, bob, elsewhere].map((now) => concernsOthers(target, incident, now));
  expect(others(BlockTarget.USER)).toEqual([false, true, false]);
  expect(others(BlockTarget.HOST)).toEqual([false, false, true]);
  expect(others(BlockTarget.USER_ON_HOST)).toEqual([false, true, true]);
});

test('what somebody else has ordered meanwhile is noticed', () => {
  const [first, second] = [1, 2].map((number) => create(IncidentBlockSchema, { number }));
  expect(isReplaced({ block: undefined }, { block: undefined })).toBe(false);
  expect(isReplaced({ block: undefined }, { block: first })).toBe(true);
  expect(isReplaced({ block: first }, { block: second })).toBe(true);
  expect(isReplaced({ block: first }, { block: first })).toBe(false);
});

test('a block ends at its time, or before with its incident', () => {
  const block = create(IncidentBlockSchema, { until: timestampFromMs(now) });
  const ended = (state: IncidentState, at: number) => endOf({ block, state, updatedAt: timestampFromMs(at) });
  expect(ended(IncidentState.CLOSED, now - 1000)).toBe('closed');
  expect(ended(IncidentState.CLOSED, now + 1000)).toBe('time');
  expect(ended(IncidentState.OPEN, now - 1000)).toBe('time');
  expect(endOf({ block: undefined, state: IncidentState.OPEN, updatedAt: undefined })).toBeNull();
  block.liftedAt = timestampFromMs(now - 2000);
  expect(ended(IncidentState.CLOSED, now - 1000)).toBeNull();
});

test('a workstation that is away is not asked after each second for ever', () => {
  const state = (applied: bigint, concerned: bigint, blocks = [{}]) => create(GetBlockStateResponseSchema, { applied, concerned, blocks });
  expect(statePause(state(0n, 4n), 1)).toBeLessThan(2_000);
  expect(statePause(state(0n, 4n), 100)).toBeGreaterThan(9_000);
  expect(statePause(state(4n, 4n), 1)).toBeGreaterThan(9_000);
  expect(statePause(state(0n, 100_000n), 1)).toBeGreaterThan(20_000);
  expect(statePause(state(0n, 0n, []), 1)).toBe(30_000);
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
  const block = create(IncidentBlockSchema, { number: 3 });
  const request = requestOf({ id: 'inc-1', user: 'camille', host: 'w1', block }, good);
  expect(request).toMatchObject({ id: 'inc-1', user: 'camille', host: 'w1', replaces: 3 });
  expect(request.reason).toBe('until we have spoken');
  expect(Number(request.until?.seconds)).toBe((now + 8 * 3_600_000) / 1000);
});
