import { expect, test } from 'vitest';

import { AgentOrder, AgentState } from '@/gen/vigie/v1/fleet_service_pb';

import { requestOf } from './agent_query';

test('without a wish the fleet is asked for by host', () => {
  expect(requestOf({ words: '', state: 0, ring: '', sorting: [] })).toMatchObject({ words: '', states: [], rings: [], order: AgentOrder.HOST, descending: false });
});

test('words, state and column become what the collector filters and sorts by', () => {
  const request = requestOf({ words: ' w-17 ', state: AgentState.SILENT, ring: 'pilot', sorting: [{ id: 'seen', desc: true }] });
  expect(request).toMatchObject({ words: 'w-17', states: [AgentState.SILENT], rings: ['pilot'], order: AgentOrder.LAST_SEEN, descending: true });
});

test('a column that the collector does not sort by leaves the order of hosts', () => {
  expect(requestOf({ words: '', state: 0, ring: '', sorting: [{ id: 'sensor print', desc: true }] }).order).toBe(AgentOrder.HOST);
});
