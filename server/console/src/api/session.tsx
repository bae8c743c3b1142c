import { useSyncExternalStore } from 'react';

import { sessionOf, sessionState, subscribeSession, type Role, type Session, type SessionState } from './session_state';

export const useSessionState = (): SessionState => useSyncExternalStore(subscribeSession, sessionState);

/** Only below the sign-in. */
export function useSession(): Session {
  const session = sessionOf(useSessionState());
  if (!session) throw new Error('no session');
  return session;
}

// What a role sees. It spares people what the collector would refuse; the collector decides (server/api/method_table.cc).
const allowed = {
  incidents: ['admin', 'analyst', 'officer'],
  events: ['admin', 'analyst', 'officer'],
  changeIncidents: ['admin', 'analyst', 'officer'],
  respond: ['admin', 'analyst'],
  attribute: ['admin', 'analyst', 'officer'],
  unmasked: ['admin', 'officer'],
  fleet: ['admin', 'analyst', 'officer', 'auditor'],
  changeFleet: ['admin'],
  policy: ['admin', 'analyst', 'officer', 'auditor'],
  testPolicy: ['admin', 'analyst', 'officer'],
  pushPolicy: ['admin'],
  dossiers: ['admin', 'analyst', 'officer', 'auditor'],
  changeDossiers: ['admin', 'analyst', 'officer'],
  audit: ['admin', 'auditor'],
  tokens: ['admin', 'auditor'],
  changeTokens: ['admin'],
  users: ['admin', 'auditor'],
  changeUsers: ['admin'],
  testIntegrations: ['admin'],
} satisfies Record<string, Role[]>;

export type Permission = keyof typeof allowed;

export const roleMay = (role: Role, permission: Permission): boolean => (allowed[permission] as Role[]).includes(role);

export function useMay(permission: Permission): boolean {
  const session = sessionOf(useSessionState());
  return session !== undefined && roleMay(session.role, permission);
}
