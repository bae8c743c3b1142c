import type { SortingState } from '@tanstack/react-table';

import { AgentOrder, type AgentState } from '@/gen/vigie/v1/fleet_service_pb';

export interface AgentFilter {
  words: string;
  state: AgentState | 0;
  /** Empty = any. */
  ring: string;
  sorting: SortingState;
}

const pageSize = 200;

/** By the id of the column. */
const orders: Record<string, AgentOrder> = {
  host: AgentOrder.HOST,
  state: AgentOrder.STATE,
  version: AgentOrder.VERSION,
  policy: AgentOrder.POLICY_VERSION,
  seen: AgentOrder.LAST_SEEN,
  events: AgentOrder.EVENTS,
  ring: AgentOrder.RING,
};

export function requestOf({ words, state, ring, sorting }: AgentFilter) {
  const first = sorting[0];
  return {
    pageSize,
    words: words.trim(),
    states: state === 0 ? [] : [state],
    rings: ring === '' ? [] : [ring],
    order: (first && orders[first.id]) ?? AgentOrder.HOST,
    descending: first?.desc ?? false,
  };
}
