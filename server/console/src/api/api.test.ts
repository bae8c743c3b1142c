import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { afterEach, expect, test, vi } from 'vitest';

import { IncidentSchema } from '@/gen/vigie/v1/incident_pb';

import { errorKind } from './errors';
import { LiveIncidents } from './live_incidents_store';
import { roleMay } from './session';
import { changePassword, csrfToken, failureOf, resumeSession, sessionEnded, sessionOf, sessionState, signIn, signOut } from './session_state';
import { keepStreaming, type StreamStatus } from './stream';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const session = { name: 'ines', role: 'analyst', has_password: true, expires_at: '2026-01-01T00:00:00Z', csrf: 'c5' };
const answers = (status: number, body: unknown = session) => vi.fn().mockResolvedValue(new Response(status === 204 ? null : JSON.stringify(body), { status }));

test('a session is there after signing in, and gone after signing out, which the collector is told with the csrf token', async () => {
  vi.stubGlobal('fetch', answers(200));
  expect(await signIn({ token: 'secret' })).toBeNull();
  expect(csrfToken()).toBe('c5');
  const out = answers(204);
  vi.stubGlobal('fetch', out);
  await signOut();
  expect(sessionState()).toEqual({ status: 'absent', expired: false });
  expect(out).toHaveBeenCalledWith('/session', expect.objectContaining({ method: 'DELETE', headers: { 'X-Vigie-CSRF': 'c5' } }));
});

test('a session that ends on the other side says so', async () => {
  vi.stubGlobal('fetch', answers(200));
  await resumeSession();
  sessionEnded();
  expect(sessionState()).toEqual({ status: 'absent', expired: true, before: session });
  expect(sessionOf(sessionState())).toEqual(session); // whose unsaved work waits for him
});

test.each([
  [401, 'absent'],
  [503, 'unreachable'],
])('a collector that answers %i is not taken for another state than %s', async (status, expected) => {
  vi.stubGlobal('fetch', answers(status));
  await resumeSession();
  expect(sessionState().status).toBe(expected);
  vi.stubGlobal('fetch', vi.fn().mockRejectedValue(new TypeError('no network')));
  await resumeSession();
  expect(sessionState().status).toBe('unreachable');
});

test('why a sign-in fails', async () => {
  vi.stubGlobal('fetch', vi.fn().mockRejectedValue(new TypeError('no network')));
  expect(await signIn({ token: 'x' })).toBe('unavailable');
  expect([401, 403, 429, 503].map((status) => failureOf(status))).toEqual(['refused', 'refused', 'limited', 'unavailable']);
});

test('a password that was good for once opens no session', async () => {
  const fetched = answers(400, { code: 'failed_precondition', message: 'choose another one' });
  vi.stubGlobal('fetch', fetched);
  expect(await signIn({ name: 'ines', password: 'once' })).toBe('once');
  expect(fetched).toHaveBeenCalledWith('/session', expect.objectContaining({ body: '{"name":"ines","password":"once"}' }));
});

test('a password is changed without the cookie, and why it is not', async () => {
  const fetched = answers(200, {});
  vi.stubGlobal('fetch', fetched);
  expect(await changePassword('ines', 'old', 'new')).toBeNull();
  expect(fetched).toHaveBeenCalledWith(expect.any(String), expect.objectContaining({ credentials: 'omit' }));
  vi.stubGlobal('fetch', answers(400, { code: 'invalid_argument' }));
  expect(await changePassword('ines', 'old', 'new')).toBe('weak');
  vi.stubGlobal('fetch', answers(403, { code: 'permission_denied' }));
  expect(await changePassword('ines', 'old', 'new')).toBe('refused');
  vi.stubGlobal('fetch', answers(429, { code: 'resource_exhausted' }));
  expect(await changePassword('ines', 'old', 'new')).toBe('limited');
});

test('errors are told apart by what can be done about them', () => {
  const kind = (code: Code, text = '') => errorKind(new ConnectError(text, code));
  expect(kind(Code.PermissionDenied)).toBe('denied');
  expect(kind(Code.NotFound, 'no incident inc-9')).toBe('missing');
  expect(kind(Code.NotFound, 'there is no such method: POST /vigie.v1.SERVICE/METHOD')).toBe('unsupported');
  expect(kind(Code.Aborted)).toBe('conflict');
  expect(errorKind(new TypeError('Failed to fetch'))).toBe('unreachable');
});

test('a call that nobody answers is told as such', async () => {
  vi.stubGlobal('fetch', vi.fn().mockRejectedValue(new TypeError('Failed to fetch')));
  vi.stubGlobal('window', { location: { origin: 'https://collector.example' } });
  const { incidents } = await import('./clients');
  expect(await incidents.listIncidents({}).catch(errorKind)).toBe('unreachable');
});

test('an auditor sees the audit and changes nothing', () => {
  expect(roleMay('auditor', 'audit')).toBe(true);
  for (const change of ['changeIncidents', 'changeFleet', 'pushPolicy', 'changeDossiers', 'changeTokens', 'incidents', 'respond', 'events'] as const) {
    expect(roleMay('auditor', change), change).toBe(false);
  }
});

test('an officer works on incidents, but blocks nobody', () => {
  expect(roleMay('officer', 'changeIncidents')).toBe(true);
  expect(roleMay('officer', 'respond')).toBe(false);
  expect(roleMay('analyst', 'respond')).toBe(true);
});

test('a stream that breaks is opened again; one that is denied is not', async () => {
  vi.useFakeTimers();
  const seen: StreamStatus[] = [];
  const messages: number[] = [];
  let opened = 0;
  async function* open() {
    opened += 1;
    yield opened;
    if (opened === 3) throw new ConnectError('', Code.PermissionDenied);
    throw new ConnectError('', Code.Unavailable);
  }
  const stop = keepStreaming(open, { message: (message) => messages.push(message), status: (status) => seen.push(status) });
  await vi.advanceTimersByTimeAsync(60_000);
  stop();
  expect(messages).toEqual([1, 2, 3]);
  expect(seen.filter((status) => status === 'lost')).toHaveLength(2);
  expect(seen.at(-1)).toBe('denied');
});

test('a stream that nobody answers is not live; one that is answered and quiet is', async () => {
  vi.useFakeTimers();
  const seen: StreamStatus[] = [];
  let tell: () => void = () => undefined;
  async function* open(_: AbortSignal, answered: () => void) {
    tell = answered;
    await new Promise((resolve) => setTimeout(resolve, 60_000));
    yield 1;
  }
  const stop = keepStreaming(open, { message: () => undefined, status: (status) => seen.push(status) });
  await vi.advanceTimersByTimeAsync(30_000);
  expect(seen).toEqual(['connecting']);
  tell();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(seen).toEqual(['connecting', 'live']);
  stop();
});

test('what was known stays until a new stream has told all that are open', async () => {
  vi.useFakeTimers();
  const live = new LiveIncidents();
  let opened = 0;
  const stop = live.start(async function* (_, answered) {
    opened += 1;
    answered();
    if (opened === 1) yield create(IncidentSchema, { id: 'inc-1' });
    await new Promise((resolve) => setTimeout(resolve, opened === 1 ? 2_000 : 60_000));
    throw new ConnectError('', Code.Unavailable);
  });
  await vi.advanceTimersByTimeAsync(3_000);
  expect(live.get().status).toBe('live');
  expect(live.get().byId.size).toBe(1);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(live.get().byId.size).toBe(0);
  stop();
});

test('an incident that was closed while the stream was broken is no longer among the open ones', async () => {
  vi.useFakeTimers();
  const live = new LiveIncidents();
  const open = [['inc-1', 'inc-2'], ['inc-2', 'inc-3']];
  const stop = live.start(async function* () {
    for (const id of open.shift() ?? []) yield create(IncidentSchema, { id });
    await new Promise((resolve) => setTimeout(resolve, 300));
    if (open.length > 0) throw new ConnectError('', Code.Unavailable);
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  });
  await vi.advanceTimersByTimeAsync(200);
  expect([...live.get().byId.keys()]).toEqual(['inc-1', 'inc-2']);
  await vi.advanceTimersByTimeAsync(3_000);
  expect([...live.get().byId.keys()]).toEqual(['inc-2', 'inc-3']);
  stop();
});
