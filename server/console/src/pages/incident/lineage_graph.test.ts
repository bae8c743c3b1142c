import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';

import { EventSchema, type Event } from '@/gen/vigie/v1/event_pb';

import { lineageGraph } from './lineage_graph';

const event = (sequence: number, ...lineage: number[]): Event =>
  create(EventSchema, { agentId: 'a', bootEpoch: 1n, sequence: BigInt(sequence), lineage: lineage.map((one) => `a/1/${one}`) });

const columns = (events: Event[]) => Object.fromEntries(lineageGraph(events).nodes.map((node) => [node.id, node.column]));

test('each event stands right of all it was made from', () => {
  expect(columns([event(1), event(2, 1), event(3, 1, 2), event(4)])).toEqual({ 'a/1/1': 0, 'a/1/2': 1, 'a/1/3': 2 });
});

test('what an inspection says a file was made from counts, too', () => {
  const made = create(EventSchema, { agentId: 'a', bootEpoch: 1n, sequence: 2n, inspection: { derivedFrom: { path: '/x', events: ['a/1/1'] } } });
  expect(lineageGraph([event(1), made]).edges).toEqual([{ from: 'a/1/1', to: 'a/1/2' }]);
});

test('events that are not here, and an event that names itself, give no arrow', () => {
  expect(lineageGraph([event(1, 1), event(2, 99)])).toEqual({ nodes: [], edges: [], columns: 0, rows: 0 });
});

test('a ring ends', () => {
  const graph = lineageGraph([event(1, 3), event(2, 1), event(3, 2)]);
  expect(graph.nodes).toHaveLength(3);
  expect(graph.columns).toBeLessThanOrEqual(3);
});

test('a flood of linked events is cut', () => {
  const many = Array.from({ length: 300 }, (_, index) => event(index + 1, index));
  expect(lineageGraph(many).nodes).toHaveLength(40);
});
