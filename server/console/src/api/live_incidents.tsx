import { createContext, useContext, useEffect, useMemo, useState, useSyncExternalStore, type ReactNode } from 'react';

import { IncidentState, type Incident } from '@/gen/vigie/v1/incident_pb';

import { incidents } from './clients';
import { LiveIncidents, type LiveSnapshot } from './live_incidents_store';
import type { StreamStatus } from './stream';

const Context = createContext<LiveIncidents | null>(null);

export function LiveIncidentsProvider({ enabled, children }: { enabled: boolean; children: ReactNode }) {
  const [live] = useState(() => new LiveIncidents());
  useEffect(() => (enabled ? live.start((signal, answered) => incidents.watchIncidents({}, { signal, timeoutMs: 0, onHeader: answered })) : undefined), [enabled, live]);
  return <Context.Provider value={live}>{children}</Context.Provider>;
}

function useLive(): LiveIncidents {
  const live = useContext(Context);
  if (!live) throw new Error('outside LiveIncidentsProvider');
  return live;
}

export function useLiveIncidents(): LiveSnapshot {
  const live = useLive();
  return useSyncExternalStore(live.subscribe, live.get);
}

/** To show at once what one's own change gave. */
export function useTellIncident(): (incident: Incident) => void {
  const live = useLive();
  return useMemo(() => (incident: Incident) => live.add(incident), [live]);
}

export function useOpenIncidents(): { status: StreamStatus; open: Incident[] } {
  const { status, byId } = useLiveIncidents();
  const open = useMemo(() => [...byId.values()].filter((incident) => incident.state === IncidentState.OPEN), [byId]);
  return { status, open };
}
