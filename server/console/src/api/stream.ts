import { errorKind } from './errors';

export type StreamStatus = 'connecting' | 'live' | 'lost' | 'denied' | 'unsupported';

export interface StreamHandlers<T> {
  message(message: T): void;
  status(status: StreamStatus): void;
}

const firstPause = 500;
const longestPause = 15_000;
/** Without a message the stream counts as live after this: the collector sends nothing until something happens. */
const quietMeansLive = 700;

/** Keeps a stream open, with growing pauses after failures, until the returned function is called. */
export function keepStreaming<T>(open: (signal: AbortSignal) => AsyncIterable<T>, handlers: StreamHandlers<T>): () => void {
  const stop = new AbortController();
  void run(open, handlers, stop.signal);
  return () => stop.abort();
}

async function run<T>(open: (signal: AbortSignal) => AsyncIterable<T>, handlers: StreamHandlers<T>, signal: AbortSignal) {
  let pause = firstPause;
  while (!signal.aborted) {
    const lived = await readOnce(open, handlers, signal);
    if (signal.aborted || lived === 'final') return;
    pause = lived === 'lived' ? firstPause : Math.min(pause * 2, longestPause);
    await sleep(pause, signal);
  }
}

async function readOnce<T>(open: (signal: AbortSignal) => AsyncIterable<T>, handlers: StreamHandlers<T>, signal: AbortSignal) {
  let live = false;
  const goLive = () => {
    if (!live) handlers.status('live');
    live = true;
  };
  handlers.status('connecting');
  const quiet = setTimeout(goLive, quietMeansLive);
  try {
    for await (const message of open(signal)) {
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
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
