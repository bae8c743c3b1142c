import { timestampFromDate } from '@bufbuild/protobuf/wkt';

import { fromLocalInput, toLocalInput } from '@/format/times';
import type { Channel } from '@/gen/vigie/v1/activity_pb';
import { EventGrouping } from '@/gen/vigie/v1/event_service_pb';

/** What is asked. It stays in memory: names of people belong neither in addresses nor in the browser's storage. */
export interface EventQuery {
  /** As <input type="datetime-local"> writes it; empty = from the beginning. */
  since: string;
  user: string;
  host: string;
  channel: Channel | 0;
  incidentId: string;
}

const day = 86_400_000;

export const firstQuery = (incidentId: string, now: number): EventQuery => ({
  since: incidentId ? '' : toLocalInput(new Date(now - day)),
  user: '',
  host: '',
  channel: 0,
  incidentId,
});

export function requestOf(query: EventQuery) {
  const since = fromLocalInput(query.since);
  return {
    since: since ? timestampFromDate(since) : undefined,
    user: query.user.trim(),
    host: query.host.trim(),
    channel: query.channel,
    incidentId: query.incidentId.trim(),
  };
}

export const groupings = {
  channel: EventGrouping.CHANNEL,
  user: EventGrouping.USER,
  host: EventGrouping.HOST,
  verdict: EventGrouping.VERDICT,
  class: EventGrouping.CLASS,
};
export type GroupingName = keyof typeof groupings;
