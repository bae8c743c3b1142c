import type { Incident } from '@/gen/vigie/v1/incident_pb';

import { keepStreaming, type StreamStatus } from './stream';

export interface LiveSnapshot {
  status: StreamStatus;
  /** Open and suppressed ones, and those that were closed while the page was open. */
  byId: ReadonlyMap<string, Incident>;
}

const together = 50;

/** What WatchIncidents tells, gathered: many messages at once are one change for the page. */
export class LiveIncidents {
  private snapshot: LiveSnapshot = { status: 'connecting', byId: new Map() };
  private pending = new Map<string, Incident>();
  private listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private startsAnew = false;

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly get = () => this.snapshot;

  /** Until the returned function is called. */
  start(open: (signal: AbortSignal) => AsyncIterable<Incident>): () => void {
    return keepStreaming(open, { message: (incident) => this.add(incident), status: (status) => this.setStatus(status) });
  }

  add(incident: Incident) {
    this.pending.set(incident.id, incident);
    this.flushSoon();
  }

  // Each stream begins with all that are open: what was known before may have been closed while nobody told.
  private setStatus(status: StreamStatus) {
    if (status === 'live') {
      this.startsAnew = true;
      this.flushSoon();
    }
    this.publish({ ...this.snapshot, status });
  }

  private flushSoon() {
    this.timer ??= setTimeout(() => this.flush(), together);
  }

  private flush() {
    this.timer = undefined;
    const known = this.startsAnew ? [] : this.snapshot.byId;
    const byId = new Map([...known, ...this.pending]);
    this.startsAnew = false;
    this.pending.clear();
    this.publish({ ...this.snapshot, byId });
  }

  private publish(snapshot: LiveSnapshot) {
    this.snapshot = snapshot;
    this.listeners.forEach((listener) => listener());
  }
}
