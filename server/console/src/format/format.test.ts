import { create } from '@bufbuild/protobuf';
import { DurationSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, test } from 'vitest';

import { toCsv } from './csv';
import { formatBytes, formatList } from './numbers';
import { formatAge, formatCountdown, formatDuration, formatTime, fromLocalInput, milliseconds, toLocalInput } from './times';

describe('csv', () => {
  test('quotes what has commas, quotes and line ends', () => {
    expect(toCsv(['a', 'b'], [['x,y', 'say "no"'], ['two\nlines', '']])).toBe('\uFEFFa,b\r\n"x,y","say ""no"""\r\n"two\nlines",\r\n');
  });

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1'])('takes the formula out of %j', (cell) => {
    expect(toCsv(['h'], [[cell]]).split('\r\n')[1]).toBe(`'${cell}`);
  });
});

test('a clock that is a little behind is not off by minus zero', () => {
  const off = (nanos: number) => milliseconds(create(DurationSchema, { nanos }));
  expect([off(-300_000), off(-1_600_000), off(12_400_000), milliseconds(undefined)]).toEqual([0, -2, 12, 0]);
  expect(Object.is(off(-300_000), 0)).toBe(true);
});

describe('times', () => {
  const at = new Date('2026-03-29T00:59:59Z');

  test('say their zone, over a change of clocks, too', () => {
    expect(formatTime('en-GB', at, 'Europe/Paris')).toBe('29/03/2026, 01:59:59 CET');
    expect(formatTime('en-GB', new Date(at.getTime() + 1000), 'Europe/Paris')).toBe('29/03/2026, 03:00:00 CEST');
  });

  test('ages and durations take the largest unit that fits', () => {
    expect(formatAge('en', at, at.getTime() + 3 * 60_000 + 59_000)).toBe('3 minutes ago');
    expect(formatAge('fr', at, at.getTime() + 2 * 86_400_000)).toBe('avant-hier');
    expect(formatDuration('en', 7_300)).toBe('2 hours');
    expect(formatDuration('en', 0.2)).toBe('0 seconds');
  });

  test('the countdown counts hours beyond days, and late as well as early', () => {
    expect(formatCountdown(72 * 3_600_000 - 1_000)).toEqual({ hours: 71, minutes: '59', seconds: '59' });
    expect(formatCountdown(-61_000)).toEqual({ hours: 0, minutes: '01', seconds: '01' });
  });

  test('what a field shows is read back, to the minute', () => {
    const minute = new Date('2026-07-01T10:20:00Z');
    expect(fromLocalInput(toLocalInput(minute))).toEqual(minute);
    expect(fromLocalInput('')).toBeNull();
    expect(fromLocalInput('nonsense')).toBeNull();
  });
});

test('bytes in powers of a thousand', () => {
  expect(formatBytes('en', 999)).toBe('999 byte');
  expect(formatBytes('en', 1_540_000n)).toBe('1.5 MB');
});

test('lists read as speech', () => {
  expect(formatList('fr', ['a', 'b', 'c'])).toBe('a, b et c');
});
