import { timestampFromDate, timestampMs } from '@bufbuild/protobuf/wkt';

import { fromLocalInput, toLocalInput } from '@/format/times';
import { Channel } from '@/gen/vigie/v1/activity_pb';
import { IncidentState, type Incident } from '@/gen/vigie/v1/incident_pb';
import { BlockTarget, type GetBlockStateResponse } from '@/gen/vigie/v1/incident_service_pb';

const hour = 3_600_000;
const longest = 90 * 24 * hour;
const promptAnswers = 20;

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

/**
 * Whether others would be blocked than were read when the form was opened: an incident without a user or workstation in its
 * subject bears those of its last event, and goes on.
 */
export function concernsOthers(target: BlockTarget, read: Pick<Incident, 'user' | 'host'>, now: Pick<Incident, 'user' | 'host'>): boolean {
  const user = target !== BlockTarget.HOST && read.user !== now.user;
  const host = target !== BlockTarget.USER && read.host !== now.host;
  return user || host;
}

/** Whether somebody has ordered something since the form was opened. */
export const isReplaced = (read: Pick<Incident, 'block'>, now: Pick<Incident, 'block'>): boolean => (read.block?.number ?? 0) !== (now.block?.number ?? 0);

/** What ended the order, which is not in force and was not lifted: the closing of the incident, if that came before its time. */
export function endOf({ block, state, updatedAt }: Pick<Incident, 'block' | 'state' | 'updatedAt'>): 'closed' | 'time' | null {
  if (!block?.until || block.liftedAt) return null;
  const cut = state === IncidentState.CLOSED && updatedAt !== undefined && timestampMs(updatedAt) < timestampMs(block.until);
  return cut ? 'closed' : 'time';
}

/**
 * Until the state is asked again, in milliseconds: soon while workstations are about to say that they have done it (who is away is
 * not waited for), else as often as a block may end. An answer costs the collector a look at every workstation.
 */
export function statePause(state: Pick<GetBlockStateResponse, 'blocks' | 'applied' | 'concerned'> | undefined, answers: number): number {
  if (!state || state.blocks.length === 0) return 30_000;
  const size = Number(state.concerned) / 4;
  return (state.applied < state.concerned && answers < promptAnswers ? 1_000 : 10_000) + size;
}

/** "channels", "until" or "reason": what the collector would refuse; null if nothing. */
export function faultOf(values: ResponseValues, now: number): 'channels' | 'until' | 'reason' | null {
  const until = fromLocalInput(values.until)?.getTime() ?? 0;
  if (values.channels.length === 0) return 'channels';
  if (until <= now || until > now + longest) return 'until';
  return values.reason.trim() === '' ? 'reason' : null;
}

/** What was read goes with it: the collector refuses it if the incident says something else by then. */
export function requestOf(read: Pick<Incident, 'id' | 'user' | 'host' | 'block'>, values: ResponseValues) {
  const until = fromLocalInput(values.until);
  const { id, user, host } = read;
  const ordered = { target: values.target, channels: values.channels, until: until ? timestampFromDate(until) : undefined, reason: values.reason.trim() };
  return { ...ordered, id, user, host, replaces: read.block?.number ?? 0 };
}
