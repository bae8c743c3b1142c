import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';

import { IndexUseSchema } from '@/gen/vigie/v1/fleet_service_pb';

import { isBehind } from './index_age';

test('all but the first index of a ledger are behind', () => {
  const uses = ['aa', 'aa', 'aa', 'bb'].map((ledger, place) => create(IndexUseSchema, { index: { ledger, state: String(place) } }));
  expect(uses.map((_, place) => isBehind(uses, place))).toEqual([false, true, true, false]);
});
