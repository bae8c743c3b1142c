import { createContext, useContext, useEffect, useMemo, useState, useSyncExternalStore, type ReactNode } from 'react';

import { IncidentState, type Incident } from '@/gen/vigie/v1/incident_pb';

import { incidents } from './clients';
import { keepStreaming, type StreamStatus } from './stream';

interface Snapshot {
  status: StreamStatus;
  /** Open and suppressed ones, and those that were closed while the page was open. */
  byId: ReadonlyMap<string, Incident>;
}

/** What WatchIncidents tells, gathered: many messages at once are one change for the page. */
class LiveIncidents {
  private snapshot: Snapshot = { status: 'connecting', byId: new Map() };
  private pending = new Map<string, Incident>();
  private listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly get = () => this.snapshot;

  start(): () => void {
    return keepStreaming((signal) => incidents.watchIncidents({}, { signal, timeoutMs: 0 }), {
      message: (incident) => this.add(incident),
      status: (status) => this.publish({ ...this.snapshot, status }),
    });
  }

  add(incident: Incident) {
    this.pending.set(incident.id, incident);
    this.timer ??= setTimeout(() => this.flush(), 50);
  }

  private flush() {
    this.timer = undefined;
    const byId = new Map([...this.snapshot.byId, ...this.pending]);
    this.pending.clear();
    this.publish({ ...this.snapshot, byId });
  }

  private publish(snapshot: Snapshot) {
    this.snapshot = snapshot;
    this.listeners.forEach((listener) => listener());
  }
}

const Context = createContext<LiveIncidents | null>(null);

export function LiveIncidentsProvider({ enabled, children }: { enabled: boolean; children: ReactNode }) {
  const [live] = useState(() => new LiveIncidents());
  useEffect(() => (enabled ? live.start() : undefined), [enabled, live]);
  return <Context.Provider value={live}>{children}</Context.Provider>;
}

function useLive(): LiveIncidents {
  const live = useContext(Context);
  if (!live) throw new Error('outside LiveIncidentsProvider');
  return live;
}

export function useLiveIncidents(): Snapshot {
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
