import { errorKind } from './errors';

export type StreamStatus = 'connecting' | 'live' | 'lost' | 'denied' | 'unsupported';

export interface StreamHandlers<T> {
  message(message: T): void;
  status(status: StreamStatus): void;
}

const firstPause = 500;
const longestPause = 15_000;
const longestUnseen = 60_000;
/** A stream that was answered counts as live after this without a message: the collector sends none until something happens. */
const quietMeansLive = 300;

/** Tells `answered` when the other side has begun to answer: a stream that nobody answers is not live, however quiet. */
export type OpenStream<T> = (signal: AbortSignal, answered: () => void) => AsyncIterable<T>;

/** Keeps a stream open, with growing pauses after failures, until the returned function is called. */
export function keepStreaming<T>(open: OpenStream<T>, handlers: StreamHandlers<T>): () => void {
  const stop = new AbortController();
  void run(open, handlers, stop.signal);
  return () => stop.abort();
}

async function run<T>(open: OpenStream<T>, handlers: StreamHandlers<T>, signal: AbortSignal) {
  let pause = firstPause;
  while (!signal.aborted) {
    await inSight(signal);
    const sight = watchSight();
    const lived = await readOnce(open, handlers, AbortSignal.any([signal, sight.lost]));
    sight.stop();
    if (signal.aborted || lived === 'final') return;
    if (sight.lost.aborted) {
      handlers.status('connecting');
      continue;
    }
    pause = lived === 'lived' ? firstPause : Math.min(pause * 2, longestPause);
    await sleep(pause, signal);
  }
}

async function readOnce<T>(open: OpenStream<T>, handlers: StreamHandlers<T>, signal: AbortSignal) {
  let live = false;
  const goLive = () => {
    if (!live) handlers.status('live');
    live = true;
  };
  handlers.status('connecting');
  let quiet: ReturnType<typeof setTimeout> | undefined;
  const answered = () => {
    quiet ??= setTimeout(goLive, quietMeansLive);
  };
  try {
    for await (const message of open(signal, answered)) {
      goLive();
      handlers.message(message);
    }
  } catch (error) {
    const kind = errorKind(error);
    if (!signal.aborted && (kind === 'denied' || kind === 'unsupported')) {
      handlers.status(kind);
      return 'final';
    }
  } finally {
    clearTimeout(quiet);
  }
  if (!signal.aborted) handlers.status('lost');
  return live ? 'lived' : 'failed';
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}

// A browser has six connections for a host, whatever the number of its pages; a stream holds one. A page that nobody sees lets go of its own.
const page = typeof document === 'undefined' ? undefined : document;

/** `lost` is aborted when the page has been out of sight for a while. */
function watchSight(): { lost: AbortSignal; stop: () => void } {
  const control = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    clearTimeout(timer);
    if (page?.hidden) timer = setTimeout(() => control.abort(), longestUnseen);
  };
  page?.addEventListener('visibilitychange', look);
  look();
  const stop = () => {
    clearTimeout(timer);
    page?.removeEventListener('visibilitychange', look);
  };
  return { lost: control.signal, stop };
}

function inSight(signal: AbortSignal): Promise<void> {
  if (!page?.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    const look = () => {
      if (page.hidden && !signal.aborted) return;
      page.removeEventListener('visibilitychange', look);
      signal.removeEventListener('abort', look);
      resolve();
    };
    page.addEventListener('visibilitychange', look);
    signal.addEventListener('abort', look);
  });
}
