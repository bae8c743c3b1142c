import type { Channel } from '@/gen/vigie/v1/activity_pb';
import type { Incident } from '@/gen/vigie/v1/incident_pb';
import type { Severity } from '@/gen/vigie/v1/policy_pb';

export interface IncidentFilter {
  words: string;
  severity: Severity | 0;
  channel: Channel | 0;
}

export const noFilter: IncidentFilter = { words: '', severity: 0, channel: 0 };

/** Each word must be in one of the names; case does not count. */
export function matches(incident: Incident, filter: IncidentFilter): boolean {
  if (filter.severity !== 0 && incident.severity !== filter.severity) return false;
  if (filter.channel !== 0 && !incident.channels.includes(filter.channel)) return false;
  const names = [incident.id, incident.user, incident.host, incident.rule, incident.assignee, incident.subject, ...incident.tags];
  const text = names.join('\n').toLocaleLowerCase();
  return filter.words.toLocaleLowerCase().split(/\s+/).every((word) => text.includes(word));
}
