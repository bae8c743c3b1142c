import { useEffect } from 'react';

import { LiveIncidentsProvider } from '@/api/live_incidents';
import { queryClient } from '@/api/query_client';
import { roleMay, useSessionState } from '@/api/session';
import { resumeSession, sessionOf, sessionState, subscribeSession, type Session } from '@/api/session_state';
import { hasUnsavedWork } from '@/api/unsaved';
import { LoadingState, NotTold } from '@/components/states';

import { Shell } from './shell';
import { SignInPage } from './sign_in_page';

const again = 3_000;

const nameOf = (session: Session | undefined): string => (session ? `${session.name} ${session.role}` : '');

// Before anything is drawn for somebody else.
let last = '';
subscribeSession(() => {
  const next = nameOf(sessionOf(sessionState()));
  if (next !== last) queryClient.clear();
  last = next;
});

/** Sign-in, or the console. What one person saw is not there for the next; what he typed waits, out of sight, for himself only. */
export function Gate() {
  const state = useSessionState();
  const session = sessionOf(state);
  const shown = state.status === 'present';
  const waits = !shown && session !== undefined && hasUnsavedWork();
  useEffect(() => {
    if (state.status !== 'unreachable') return undefined;
    const timer = setTimeout(() => void resumeSession(), again);
    return () => clearTimeout(timer);
  }, [state]);
  if (state.status === 'loading') return <LoadingState />;
  if (state.status === 'unreachable') return <NotTold status="lost" />;
  return (
    <>
      {state.status === 'absent' && <SignInPage expired={state.expired} />}
      {session && (shown || waits) && (
        <div key={nameOf(session)} style={{ display: shown ? 'contents' : 'none' }}>
          <LiveIncidentsProvider enabled={shown && roleMay(session.role, 'incidents')}>
            <Shell />
          </LiveIncidentsProvider>
        </div>
      )}
    </>
  );
}
