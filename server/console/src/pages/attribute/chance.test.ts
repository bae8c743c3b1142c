import { expect, test } from 'vitest';

import { uploadError } from '@/api/upload';
import { errorKind, errorText } from '@/api/errors';

import { chanceOf } from './chance';

test('a chance is a figure that people can weigh', () => {
  expect(chanceOf(0)).toEqual({ kind: 'expected', power: 0 });
  expect(chanceOf(-0.9).kind).toBe('expected');
  expect(chanceOf(-2)).toEqual({ kind: 'one_in', power: 100 });
  expect(chanceOf(-9.5)).toEqual({ kind: 'beyond', power: 9 });
  expect(chanceOf(-300)).toEqual({ kind: 'beyond', power: 15 });
});

test('what the collector answers to an upload is an error like others', () => {
  expect(errorKind(uploadError(403, '{"code":"permission_denied","message":"no"}'))).toBe('denied');
  expect(errorText(uploadError(400, '{"code":"failed_precondition","message":"no index"}'))).toBe('no index');
  expect(errorKind(uploadError(503, '<html>'))).toBe('unreachable');
});
