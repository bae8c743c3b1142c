import type { Incident } from '@/gen/vigie/v1/incident_pb';

import { keepStreaming, type OpenStream, type StreamStatus } from './stream';

export interface LiveSnapshot {
  status: StreamStatus;
  /** Open and suppressed ones, and those that were closed while the page was open. */
  byId: ReadonlyMap<string, Incident>;
}

const together = 50;
/** Without a message for so long, a stream has told all that are open. */
const toldAll = 1_000;

/** What WatchIncidents tells, gathered: many messages at once are one change for the page. */
export class LiveIncidents {
  private snapshot: LiveSnapshot = { status: 'connecting', byId: new Map() };
  private pending = new Map<string, Incident>();
  private listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** What this stream has told; until it has told all, what was known before stays. */
  private told: Set<string> | undefined;
  private toldTimer: ReturnType<typeof setTimeout> | undefined;

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly get = () => this.snapshot;

  /** Until the returned function is called. */
  start(open: OpenStream<Incident>): () => void {
    const stop = keepStreaming(open, { message: (incident) => this.hear(incident), status: (status) => this.setStatus(status) });
    return () => {
      stop();
      this.listen(undefined);
    };
  }

  private hear(incident: Incident) {
    if (this.told) this.listen(this.told);
    this.add(incident);
  }

  add(incident: Incident) {
    this.told?.add(incident.id);
    this.pending.set(incident.id, incident);
    this.flushSoon();
  }

  // Each stream begins with all that are open: what was known before may have been closed while nobody told.
  private setStatus(status: StreamStatus) {
    this.listen(status === 'live' ? new Set() : undefined);
    this.publish({ ...this.snapshot, status });
  }

  private listen(told: Set<string> | undefined) {
    clearTimeout(this.toldTimer);
    this.told = told;
    if (told) this.toldTimer = setTimeout(() => this.forgetUntold(told), toldAll);
  }

  private forgetUntold(told: Set<string>) {
    this.told = undefined;
    const byId = new Map([...this.snapshot.byId].filter(([id]) => told.has(id)));
    if (byId.size < this.snapshot.byId.size) this.publish({ ...this.snapshot, byId });
  }

  private flushSoon() {
    this.timer ??= setTimeout(() => this.flush(), together);
  }

  private flush() {
    this.timer = undefined;
    const byId = new Map([...this.snapshot.byId, ...this.pending]);
    this.pending.clear();
    this.publish({ ...this.snapshot, byId });
  }

  private publish(snapshot: LiveSnapshot) {
    this.snapshot = snapshot;
    this.listeners.forEach((listener) => listener());
  }
}
