import { Code } from '@connectrpc/connect';
import { expect, test } from 'vitest';

import { uploadAnswer, uploadError } from '@/api/upload';
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

test('an answer is read also if it says more than this page knows, and one that is none is an error', () => {
  expect(uploadAnswer('{"customers":"3","later":{"a":1}}').customers).toBe(3n);
  expect(() => uploadAnswer('<html>')).toThrow(expect.objectContaining({ code: Code.Internal }) as Error);
});
