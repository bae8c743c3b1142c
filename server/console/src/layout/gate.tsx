import { useEffect } from 'react';

import { queryClient } from '@/api/query_client';
import { LiveIncidentsProvider } from '@/api/live_incidents';
import { roleMay, useSessionState } from '@/api/session';
import { LoadingState } from '@/components/states';

import { Shell } from './shell';
import { SignInPage } from './sign_in_page';

/** Sign-in, or the console. What one person saw is not there for the next. */
export function Gate() {
  const state = useSessionState();
  useEffect(() => {
    if (state.status === 'absent') queryClient.clear();
  }, [state.status]);
  if (state.status === 'loading') return <LoadingState />;
  if (state.status === 'absent') return <SignInPage expired={state.expired} />;
  return (
    <LiveIncidentsProvider enabled={roleMay(state.session.role, 'incidents')}>
      <Shell />
    </LiveIncidentsProvider>
  );
}
