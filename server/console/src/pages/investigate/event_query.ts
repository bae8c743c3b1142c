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
  /** That decided. */
  rule: string;
  /** Only what a rule in shadow would have done. */
  shadow: boolean;
}

const day = 86_400_000;

const mostDays = 3650;

/** What another page asks for: an incident, or what a rule has decided in some days. No address names a person. */
export function firstQuery(address: URLSearchParams, now: number): EventQuery {
  const incidentId = address.get('incident') ?? '';
  const days = Math.min(mostDays, Math.max(1, Number(address.get('days')) || 1));
  return {
    since: incidentId ? '' : toLocalInput(new Date(now - days * day)),
    user: '',
    host: '',
    channel: 0,
    incidentId,
    rule: address.get('rule') ?? '',
    shadow: address.get('shadow') === '1',
  };
}

/** Where the events are that a rule in shadow has decided in so many days. */
export const shadowAddress = (rule: string, days: number): string => `/investigate?${new URLSearchParams({ rule, shadow: '1', days: String(days) })}`;

export function requestOf(query: EventQuery) {
  const since = fromLocalInput(query.since);
  return {
    since: since ? timestampFromDate(since) : undefined,
    user: query.user.trim(),
    host: query.host.trim(),
    channel: query.channel,
    incidentId: query.incidentId.trim(),
    rule: query.rule.trim(),
    shadow: query.shadow,
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
