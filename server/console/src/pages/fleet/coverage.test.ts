import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';

import { Channel } from '@/gen/vigie/v1/activity_pb';
import { SensorState } from '@/gen/vigie/v1/agent_service_pb';
import { AgentStatusSchema, ChannelCoverageSchema, CoverageLimit } from '@/gen/vigie/v1/fleet_service_pb';

import { coverageKey, coverageOf, limitingSensors, limitKey } from './coverage';

const covered = (seen: SensorState, blocked: SensorState) => create(ChannelCoverageSchema, { channel: Channel.PRINT, seen, blocked });

test('only what is seen and stopped is whole', () => {
  expect(coverageKey(covered(SensorState.RUNNING, SensorState.RUNNING))).toBe('1');
  expect(coverageKey(covered(SensorState.RUNNING, SensorState.DEGRADED))).toBe('2');
  expect(coverageKey(covered(SensorState.DEGRADED, SensorState.DEGRADED))).toBe('2');
  expect(coverageKey(covered(SensorState.UNSUPPORTED, SensorState.UNSUPPORTED))).toBe('3');
});

test('what was not reported is not told as missing', () => {
  expect(coverageKey(undefined)).toBe('none');
  expect(coverageKey(covered(SensorState.UNSPECIFIED, SensorState.UNSPECIFIED))).toBe('none');
});

test('sensors that limit a channel are named with their reasons', () => {
  const channel = create(ChannelCoverageSchema, { channel: Channel.PRINT, limitedBy: ['write_guard', 'file_events'] });
  const agent = create(AgentStatusSchema, { channels: [channel], sensors: [{ name: 'write_guard', reason: 'no BPF' }] });
  expect(coverageOf(agent, Channel.PRINT)).toBe(agent.channels[0]);
  expect(coverageOf(agent, Channel.EMAIL)).toBeUndefined();
  expect(limitingSensors(agent, channel)).toEqual(['write guard: no BPF', 'file events']);
});

test('each limit of the contract has its text', () => {
  const limits = Object.values(CoverageLimit).filter((value) => typeof value === 'number');
  expect(limits.map(limitKey)).toEqual([undefined, 'no_sensor', 'by_program', 'moved_files']);
});
