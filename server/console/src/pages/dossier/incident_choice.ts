import type { Dossier } from '@/gen/vigie/v1/dossier_pb';
import type { Incident } from '@/gen/vigie/v1/incident_pb';

/** What the authority was told of stays in the dossier; the latest submission has all of the earlier ones. */
export const submittedIncidents = (dossier: Dossier): Set<string> => new Set(dossier.submissions.at(-1)?.content?.incidentIds);

/** Those that can be added, as the collector lists them. */
export const otherIncidents = (all: Incident[], ids: string[]): Incident[] => all.filter(({ id }) => !ids.includes(id));
