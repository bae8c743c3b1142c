import { create, equals } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { expect, test } from 'vitest';

import { BreachKind, DossierContentSchema, SubjectNotice } from '@/gen/vigie/v1/dossier_pb';

import { contentOf, valuesOf } from './dossier_form_values';

const content = create(DossierContentSchema, {
  title: 'Export on a stick',
  incidentIds: ['inc-1', 'inc-2'],
  awareAt: timestampFromDate(new Date('2026-07-01T10:20:33.250Z')),
  kinds: [BreachKind.CONFIDENTIALITY, BreachKind.AVAILABILITY],
  nature: 'copied',
  subjectCategories: ['customers'],
  approximateSubjects: 0n,
  approximateRecords: 1584n,
  contact: { name: 'DPO', email: 'dpo@example.com', phone: '' },
  subjectNotice: SubjectNotice.WILL_BE_TOLD,
});

test('a form that nobody touched changes nothing, seconds included', () => {
  expect(equals(DossierContentSchema, contentOf(valuesOf(content), content), content)).toBe(true);
});

test('a dossier from before there were languages stays as it is until another is chosen', () => {
  expect(valuesOf(content).language).toBe('en');
  expect(contentOf({ ...valuesOf(content), language: 'fr' }, content).language).toBe('fr');
});

test('not known yet is absent, and zero is zero', () => {
  const values = { ...valuesOf(content), approximateRecords: '' as const };
  const saved = contentOf(values, content);
  expect(saved.approximateRecords).toBeUndefined();
  expect(saved.approximateSubjects).toBe(0n);
});

test('the moment of awareness cannot be emptied: the clock runs from it', () => {
  expect(contentOf({ ...valuesOf(content), awareAt: '' }, content).awareAt).toEqual(content.awareAt);
});

test('kinds are sorted, and a contact without a word is none', () => {
  const values = { ...valuesOf(content), kinds: [BreachKind.AVAILABILITY, BreachKind.CONFIDENTIALITY], contactName: '', contactEmail: '' };
  const saved = contentOf(values, content);
  expect(saved.kinds).toEqual([BreachKind.CONFIDENTIALITY, BreachKind.AVAILABILITY]);
  expect(saved.contact).toBeUndefined();
});
