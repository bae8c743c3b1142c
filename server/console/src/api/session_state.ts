// The session of this page. The cookie is out of reach of scripts; what is known here lives in memory only and is asked again after a
// reload.
export type Role = 'admin' | 'analyst' | 'auditor' | 'officer';

export interface Session {
  name: string;
  role: Role;
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

/** Why a sign-in did not succeed, as a key of the texts. */
export type SignInFailure = 'refused' | 'limited' | 'unavailable';

export async function resumeSession(): Promise<void> {
  try {
    const answer = await fetch('/session', { credentials: 'same-origin' });
    if (answer.ok) set({ status: 'present', session: (await answer.json()) as Session });
    else set(answer.status >= 500 ? { status: 'unreachable' } : { status: 'absent', expired: false });
  } catch {
    set({ status: 'unreachable' });
  }
}

export async function signIn(token: string): Promise<SignInFailure | null> {
  let answer: Response;
  try {
    answer = await fetch('/session', {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token }),
    });
  } catch {
    return 'unavailable';
  }
  if (!answer.ok) return failureOf(answer.status);
  set({ status: 'present', session: (await answer.json()) as Session });
  return null;
}

export function failureOf(status: number): SignInFailure {
  if (status === 429) return 'limited';
  return status >= 500 ? 'unavailable' : 'refused';
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
