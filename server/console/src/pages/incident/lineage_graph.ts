import type { Event } from '@/gen/vigie/v1/event_pb';

import { eventId } from './event_facts';

export interface GraphNode {
  id: string;
  event: Event;
  /** Steps from an event that derives from nothing here. */
  column: number;
  row: number;
}

export interface GraphEdge {
  from: string;
  to: string;
}

export interface LineageGraph {
  nodes: GraphNode[];
  edges: GraphEdge[];
  columns: number;
  rows: number;
}

const mostNodes = 40;

/** Which of these events were made from which; only those that are linked, the first 40. */
export function lineageGraph(events: Event[]): LineageGraph {
  const byId = new Map(events.map((event) => [eventId(event), event]));
  const parents = new Map([...byId].map(([id, event]) => [id, parentsOf(event).filter((parent) => parent !== id && byId.has(parent))]));
  const linked = new Set([...parents].flatMap(([id, from]) => (from.length > 0 ? [id, ...from] : [])));
  const shown = [...byId.keys()].filter((id) => linked.has(id)).slice(0, mostNodes);
  const edges = shown.flatMap((to) => (parents.get(to) ?? []).filter((from) => shown.includes(from)).map((from) => ({ from, to })));
  return placed(shown, edges, byId);
}

const parentsOf = (event: Event): string[] => [...new Set([...event.lineage, ...(event.inspection?.derivedFrom?.events ?? [])])];

function placed(shown: string[], edges: GraphEdge[], byId: Map<string, Event>): LineageGraph {
  const columnOf = depths(shown, edges);
  const filled: number[] = [];
  const nodes = shown.flatMap((id): GraphNode[] => {
    const event = byId.get(id);
    const column = columnOf.get(id) ?? 0;
    const row = filled[column] ?? 0;
    filled[column] = row + 1;
    return event ? [{ id, event, column, row }] : [];
  });
  return { nodes, edges, columns: filled.length, rows: Math.max(0, ...filled.map((count) => count ?? 0)) };
}

// As many rounds as there are nodes at most: a ring, which a hostile agent could tell, ends too.
function depths(ids: string[], edges: GraphEdge[]): Map<string, number> {
  const depth = new Map(ids.map((id) => [id, 0]));
  for (let round = 1; round < ids.length; round += 1) {
    let changed = false;
    for (const { from, to } of edges) {
      const wanted = Math.min((depth.get(from) ?? 0) + 1, ids.length - 1);
      if ((depth.get(to) ?? 0) < wanted) {
        depth.set(to, wanted);
        changed = true;
      }
    }
    if (!changed) break;
  }
  return depth;
}
