import { expect, test } from 'vitest';

import { stepsOf } from './next_steps';

const ring = (name: string, policyVersion: number, formerVersions: number[] = []) => ({ name, policyVersion, formerVersions });

test('a version goes on from the ring before', () => {
  const rings = [ring('pilot', 9, [8]), ring('early', 8, [7]), ring('default', 8, [7])];
  expect(stepsOf(rings, 0).promote).toBeNull();
  expect(stepsOf(rings, 1).promote).toEqual({ version: 9, to: 'early', replaces: 8 });
  expect(stepsOf(rings, 2).promote).toBeNull();
});

test('a ring goes back to what it ran last, with those behind it', () => {
  const rings = [ring('pilot', 9, [7, 8]), ring('default', 8)];
  expect(stepsOf(rings, 0).back).toEqual({ version: 9, from: 'pilot', to: 8 });
  expect(stepsOf(rings, 1).back).toBeNull();
});

test('a ring that runs nothing yet gets the first one', () => {
  expect(stepsOf([ring('pilot', 1), ring('default', 0)], 1).promote).toEqual({ version: 1, to: 'default', replaces: 0 });
  expect(stepsOf([], 3)).toEqual({ promote: null, back: null });
});
