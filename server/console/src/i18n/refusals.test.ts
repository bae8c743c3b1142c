import { create, toBinary } from '@bufbuild/protobuf';
import { base64Encode } from '@bufbuild/protobuf/wire';
import i18next from 'i18next';
import { beforeAll, expect, test } from 'vitest';

import { errorText } from '@/api/errors';
import { uploadError } from '@/api/upload';
import { ErrorDetailSchema } from '@/gen/vigie/v1/error_detail_pb';

import en from './en.json';
import fr from './fr.json';
import { problemText } from './refusals';

beforeAll(() => i18next.init({ lng: 'fr', resources: { en: { translation: en }, fr: { translation: fr } }, interpolation: { escapeValue: false } }));

/** As the collector writes it. */
function refused(code: string, reason: string, parameters: Record<string, string>) {
  const value = base64Encode(toBinary(ErrorDetailSchema, create(ErrorDetailSchema, { reason, parameters })));
  return uploadError(400, JSON.stringify({ code, message: 'in English', details: [{ type: 'vigie.v1.ErrorDetail', value }] }));
}

test('a reason is told in the language of the page, with its figures', async () => {
  const closed = refused('failed_precondition', 'INCIDENT_CLOSED_ALREADY', { incident: 'inc-7' });
  expect(errorText(closed)).toBe('L’incident inc-7 est déjà clos.');
  await i18next.changeLanguage('en');
  expect(errorText(closed)).toBe('Incident inc-7 is closed already.');
  await i18next.changeLanguage('fr');
});

test('fields and roles are called as the forms call them', () => {
  expect(errorText(refused('invalid_argument', 'FIELD_TOO_LONG', { field: 'contact.email', limit: '256' }))).toBe('Contact : courriel : plus de 256 octets.');
  const missing = 'nature, contact (a name, and email or phone), delay_reasons (it is later than 72 hours)';
  expect(errorText(refused('failed_precondition', 'DOSSIER_NOT_READY', { fields: missing }))).toContain(': Ce qui s’est passé, Contact, Motifs du retard.');
  expect(errorText(refused('permission_denied', 'ROLE_REFUSED', { role: 'auditor' }))).toContain(fr.role.auditor);
  expect(errorText(refused('invalid_argument', 'FIELD_NEEDED', { field: 'a_later_one' }))).toBe('a_later_one : à renseigner.');
});

test('a parameter is text, whatever it holds', () => {
  const hostile = '<img src=x> {{role}} $t(state.failed.text)';
  expect(errorText(refused('not_found', 'DOSSIER_INCIDENT_UNKNOWN', { incident: hostile }))).toContain('<img src=x>');
  expect(errorText(refused('not_found', 'DOSSIER_INCIDENT_UNKNOWN', { incident: hostile }))).not.toContain(fr.state.failed.text);
});

test('a reason of a newer collector is told in its own words, or by its kind', () => {
  expect(errorText(refused('failed_precondition', 'OF_LATER', {}))).toBe('in English');
  expect(errorText(refused('not_found', 'OF_LATER', {}))).toBe(fr.state.missing.text);
  expect(errorText(new TypeError('Failed to fetch'))).toBe(fr.state.unreachable.text);
});

test('what is wrong with a policy is told by its reason, its owner behind it', () => {
  expect(problemText('policy_problem', { reason: 'AT_LEAST', parameters: { least: '1' } }, 'in English')).toBe('doit valoir au moins 1.');
  expect(problemText('policy_problem', { reason: 'NO_GROUP', parameters: { owner: 'rule a' } }, 'in English')).toBe('n’est pas le nom d’un groupe de cette politique. (rule a)');
  expect(problemText('policy_problem', { reason: 'OF_LATER', parameters: {} }, 'in English')).toBe('in English');
  expect(problemText('policy_problem', undefined, 'of the parser')).toBe('of the parser');
  expect(problemText('delivery_problem', { reason: 'STATUS', parameters: { status: '503' } }, 'in English')).toBe('Le destinataire a répondu par le statut 503.');
  expect(problemText('index_problem', { reason: 'INDEX_DAMAGED', parameters: {} }, 'in English')).toContain('endommagé');
});

test('one is one, in each amount of a sentence', async () => {
  const amount = (of: string, count: number) => i18next.t(`amount.${of}` as never, { count, shown: String(count) }) as string;
  expect([amount('events', 1), amount('events', 2), amount('events', 1_000_000), amount('customers', 0)]).toEqual(['1 événement', '2 événements', '1000000 d’événements', '0 client']);
  await i18next.changeLanguage('en');
  expect([amount('events', 1), amount('events', 0), amount('distinct_customers', 1)]).toEqual(['1 event', '0 events', '1 distinct customer']);
  await i18next.changeLanguage('fr');
});
