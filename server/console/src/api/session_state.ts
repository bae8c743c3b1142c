// The session of this page. The cookie is out of reach of scripts; what is known here lives in memory only and is asked again after a
// reload.
export type Role = 'admin' | 'analyst' | 'auditor' | 'officer';

export interface Session {
  name: string;
  role: Role;
  has_password: boolean;
  expires_at: string;
  csrf: string;
}

export type SessionState = { status: 'loading' } | { status: 'unreachable' } | { status: 'absent'; expired: boolean; before?: Session } | { status: 'present'; session: Session };

type Listener = () => void;

let state: SessionState = { status: 'loading' };
const listeners = new Set<Listener>();

function set(next: SessionState): void {
  state = next;
  listeners.forEach((listener) => listener());
}

export function subscribeSession(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const sessionState = (): SessionState => state;

/** Whoever is signed in, or was until his session ended by itself. */
export const sessionOf = (known: SessionState): Session | undefined =>
  known.status === 'present' ? known.session : known.status === 'absent' ? known.before : undefined;

export const csrfToken = (): string => (state.status === 'present' ? state.session.csrf : '');

/** By which somebody signs in. */
export type Credentials = { token: string } | { name: string; password: string };

/** Why a sign-in did not succeed; `once`: the password was good for once, another one must be chosen first. */
export type SignInFailure = 'refused' | 'limited' | 'unavailable' | 'once';

export async function resumeSession(): Promise<void> {
  try {
    const answer = await fetch('/session', { credentials: 'same-origin' });
    if (answer.ok) set({ status: 'present', session: (await answer.json()) as Session });
    else set(answer.status >= 500 ? { status: 'unreachable' } : { status: 'absent', expired: false });
  } catch {
    set({ status: 'unreachable' });
  }
}

export async function signIn(credentials: Credentials): Promise<SignInFailure | null> {
  let answer: Response;
  try {
    answer = await fetch('/session', {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(credentials),
    });
  } catch {
    return 'unavailable';
  }
  if (!answer.ok) return failureOf(answer.status, await codeOf(answer));
  set({ status: 'present', session: (await answer.json()) as Session });
  return null;
}

const codeOf = async (answer: Response): Promise<string> => ((await answer.json().catch(() => ({}))) as { code?: string }).code ?? '';

export function failureOf(status: number, code = ''): SignInFailure {
  if (code === 'failed_precondition') return 'once';
  if (status === 429) return 'limited';
  return status >= 500 ? 'unavailable' : 'refused';
}

/** `weak`: the new password is; `refused`: the old one is wrong. */
export type ChangeFailure = 'refused' | 'limited' | 'unavailable' | 'weak';

/** Without the cookie: the old password is what lets him, also where no session is. It ends his sessions. */
export async function changePassword(name: string, oldPassword: string, newPassword: string): Promise<ChangeFailure | null> {
  try {
    const answer = await fetch('/vigie.v1.SessionService/ChangePassword', {
      method: 'POST',
      credentials: 'omit',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name, oldPassword, newPassword }),
    });
    if (answer.ok) return null;
    if ((await codeOf(answer)) === 'invalid_argument') return 'weak';
    const failure = failureOf(answer.status);
    return failure === 'once' ? 'refused' : failure;
  } catch {
    return 'unavailable';
  }
}

/** Ends the session here even if the collector cannot be told: it then ends there by itself. */
export async function signOut(): Promise<void> {
  const csrf = csrfToken();
  set({ status: 'absent', expired: false });
  await fetch('/session', { method: 'DELETE', credentials: 'same-origin', headers: { 'X-Vigie-CSRF': csrf } }).catch(() => undefined);
}

/** The collector no longer knows the session. */
export function sessionEnded(): void {
  if (state.status === 'present') set({ status: 'absent', expired: true, before: state.session });
}
