import { useEffect, useState } from 'react';

import { events } from '@/api/clients';
import { keepStreaming, type StreamStatus } from '@/api/stream';
import type { Event } from '@/gen/vigie/v1/event_pb';

export interface LiveEvents {
  status: StreamStatus;
  /** Newest first. */
  events: Event[];
  skipped: number;
}

const kept = 100;
const rate = 50;

/** What comes while `running`; several that come together are one change for the page. */
export function useLiveEvents(running: boolean): LiveEvents {
  const [live, setLive] = useState<LiveEvents>({ status: 'connecting', events: [], skipped: 0 });
  useEffect(() => {
    if (!running) return undefined;
    let waiting: Event[] = [];
    let skipped = 0;
    const timer = setInterval(() => {
      if (waiting.length === 0 && skipped === 0) return;
      const newest = waiting.reverse();
      const more = skipped;
      waiting = [];
      skipped = 0;
      setLive((before) => ({ ...before, events: [...newest, ...before.events].slice(0, kept), skipped: before.skipped + more }));
    }, 150);
    const stop = keepStreaming((signal, answered) => events.watchEvents({ maxRate: rate }, { signal, timeoutMs: 0, onHeader: answered }), {
      message: (message) => {
        if (message.event) waiting.push(message.event);
        skipped += Number(message.skipped);
      },
      status: (status) => setLive((before) => ({ ...before, status })),
    });
    return () => {
      clearInterval(timer);
      stop();
    };
  }, [running]);
  return live;
}
