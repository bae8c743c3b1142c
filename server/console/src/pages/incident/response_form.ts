import { timestampFromDate } from '@bufbuild/protobuf/wkt';

import { fromLocalInput, toLocalInput } from '@/format/times';
import { Channel } from '@/gen/vigie/v1/activity_pb';
import type { Incident } from '@/gen/vigie/v1/incident_pb';
import { BlockTarget } from '@/gen/vigie/v1/incident_service_pb';

const hour = 3_600_000;
const longest = 90 * 24 * hour;

/** What is ordered, as it stands in the form. */
export interface ResponseValues {
  target: BlockTarget;
  channels: Channel[];
  /** As <input type="datetime-local"> writes it. */
  until: string;
  reason: string;
}

/** Whom and what this incident lets one block. */
export function targetsOf({ user, host }: Pick<Incident, 'user' | 'host'>): BlockTarget[] {
  const targets: BlockTarget[] = [];
  if (user) targets.push(BlockTarget.USER);
  if (user && host) targets.push(BlockTarget.USER_ON_HOST);
  if (host) targets.push(BlockTarget.HOST);
  return targets;
}

/** The ways out that the incident took, for eight hours. */
export function firstResponse(incident: Pick<Incident, 'user' | 'host' | 'channels'>, now: number): ResponseValues {
  return {
    target: targetsOf(incident)[0] ?? BlockTarget.UNSPECIFIED,
    channels: incident.channels.filter((channel) => channel !== Channel.LOCAL && channel !== Channel.UNSPECIFIED),
    until: toLocalInput(new Date(now + 8 * hour)),
    reason: '',
  };
}

/** "channels", "until" or "reason": what the collector would refuse; null if nothing. */
export function faultOf(values: ResponseValues, now: number): 'channels' | 'until' | 'reason' | null {
  const until = fromLocalInput(values.until)?.getTime() ?? 0;
  if (values.channels.length === 0) return 'channels';
  if (until <= now || until > now + longest) return 'until';
  return values.reason.trim() === '' ? 'reason' : null;
}

export function requestOf(id: string, values: ResponseValues) {
  const until = fromLocalInput(values.until);
  return { id, target: values.target, channels: values.channels, until: until ? timestampFromDate(until) : undefined, reason: values.reason.trim() };
}
