import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';

import { Channel } from '@/gen/vigie/v1/activity_pb';
import { IncidentSchema } from '@/gen/vigie/v1/incident_pb';
import { Severity } from '@/gen/vigie/v1/policy_pb';

import { matches, noFilter } from './incident_filter';

const incident = create(IncidentSchema, { id: 'inc-7', user: 'Inès', host: 'pc-12', rule: 'bulk', severity: Severity.HIGH, channels: [Channel.PRINT] });

test('without a filter everything matches', () => expect(matches(incident, noFilter)).toBe(true));

test('all words must be found, whatever their case', () => {
  expect(matches(incident, { ...noFilter, words: 'INÈS bulk' })).toBe(true);
  expect(matches(incident, { ...noFilter, words: 'inès other' })).toBe(false);
});

test('severity and channel are exact', () => {
  expect(matches(incident, { ...noFilter, severity: Severity.LOW })).toBe(false);
  expect(matches(incident, { ...noFilter, channel: Channel.PRINT })).toBe(true);
  expect(matches(incident, { ...noFilter, channel: Channel.EMAIL })).toBe(false);
});
