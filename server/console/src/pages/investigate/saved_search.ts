import { durationFromMs, timestampDate, timestampFromDate, type Duration, type Timestamp } from '@bufbuild/protobuf/wkt';

import { fromLocalInput, seconds, toLocalInput } from '@/format/times';
import type { Channel } from '@/gen/vigie/v1/activity_pb';

import type { EventQuery } from './event_query';

/** SearchQuery of the contract, as far as it is read. */
interface KeptQuery {
  since?: Timestamp | undefined;
  last?: Duration | undefined;
  user: string;
  host: string;
  channel: Channel;
  incidentId: string;
  rule: string;
  shadow: boolean;
}

/** Names are one person's, whatever the case of their letters, as the collector has it. */
export const sameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** What is kept: the time as it stands, or how far back it reaches from the moment in which it is asked. */
export function keptQuery(query: EventQuery, moves: boolean, now: number) {
  const since = fromLocalInput(query.since);
  const back = since ? now - since.getTime() : 0;
  const last = moves && back > 0;
  return {
    since: since && !last ? timestampFromDate(since) : undefined,
    last: last ? durationFromMs(Math.round(back / 60_000) * 60_000) : undefined,
    user: query.user.trim(),
    host: query.host.trim(),
    channel: query.channel,
    incidentId: query.incidentId.trim(),
    rule: query.rule.trim(),
    shadow: query.shadow,
  };
}

/** What is asked now. */
export function askedQuery(kept: KeptQuery | undefined, now: number): EventQuery {
  const from = kept?.last ? new Date(now - seconds(kept.last) * 1000) : kept?.since && timestampDate(kept.since);
  const { user = '', host = '', channel = 0, incidentId = '', rule = '', shadow = false } = kept ?? {};
  return { since: from ? toLocalInput(from) : '', user, host, channel, incidentId, rule, shadow };
}
