import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';

import { DossierSchema } from '@/gen/vigie/v1/dossier_pb';
import { IncidentSchema } from '@/gen/vigie/v1/incident_pb';

import { otherIncidents, submittedIncidents } from './incident_choice';

test('what was submitted last stays, what came since does not', () => {
  const submissions = [{ content: { incidentIds: ['inc-1'] } }, { content: { incidentIds: ['inc-1', 'inc-2'] } }];
  const dossier = create(DossierSchema, { content: { incidentIds: ['inc-1', 'inc-2', 'inc-3'] }, submissions });
  expect([...submittedIncidents(dossier)]).toEqual(['inc-1', 'inc-2']);
  expect(submittedIncidents(create(DossierSchema)).size).toBe(0);
});

test('what is in the dossier cannot be added again', () => {
  const all = ['inc-3', 'inc-2', 'inc-1'].map((id) => create(IncidentSchema, { id }));
  expect(otherIncidents(all, ['inc-2']).map(({ id }) => id)).toEqual(['inc-3', 'inc-1']);
});
