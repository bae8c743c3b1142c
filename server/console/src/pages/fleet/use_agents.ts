import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';

import { fleet } from '@/api/clients';

import { requestOf, type AgentFilter } from './agent_query';
import { fleetPause } from './fleet_pause';

/** The workstations that fit, page by page: the collector filters and sorts. */
export function useAgents(filter: AgentFilter, enabled: boolean) {
  return useInfiniteQuery({
    queryKey: ['agents', filter],
    enabled,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => fleet.listAgents({ ...requestOf(filter), pageToken: pageParam }, { signal }),
    getNextPageParam: (last) => last.nextPageToken || undefined,
    placeholderData: keepPreviousData,
    // All pages that are shown are asked for again: the more, the longer the pause.
    refetchInterval: (query) => fleetPause * (query.state.data?.pages.length ?? 1),
  });
}
