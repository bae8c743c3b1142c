import { expect, test } from 'vitest';

import { namesIn, ringsBeforeLast } from './ring_names';

test('names stand between commas and blanks; the last ring is not one of them', () => {
  expect(namesIn(' pilot, early;  branch ')).toEqual(['pilot', 'early', 'branch']);
  expect(namesIn('pilot, default')).toEqual(['pilot']);
  expect(namesIn('  ')).toEqual([]);
  expect(ringsBeforeLast([{ name: 'pilot' }, { name: 'default' }])).toEqual(['pilot']);
  expect(ringsBeforeLast([])).toEqual([]);
});
