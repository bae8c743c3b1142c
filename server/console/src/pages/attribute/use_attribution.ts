import { Code, ConnectError } from '@connectrpc/connect';
import { useCallback, useEffect, useRef, useState } from 'react';

import { attributeFile } from '@/api/upload';
import type { AttributeUploadResponse } from '@/gen/vigie/v1/attribution_service_pb';

export interface Attributed {
  state: 'idle' | 'sending' | 'inspecting' | 'done' | 'failed';
  /** Of the file that has gone out. */
  sent: number;
  /** As it is called here; the collector is not told. */
  name: string;
  answer: AttributeUploadResponse | undefined;
  error: unknown;
  begin: (file: File) => void;
  /** The same file once more: what one may see of it has changed. */
  again: () => void;
  stop: () => void;
}

type Known = Omit<Attributed, 'begin' | 'again' | 'stop'>;
const nothing: Known = { state: 'idle', sent: 0, name: '', answer: undefined, error: undefined };

/** One file at a time; whoever leaves the page stops it. */
export function useAttribution(mostBytes: number): Attributed {
  const [known, setKnown] = useState<Known>(nothing);
  const running = useRef<AbortController | undefined>(undefined);
  const latest = useRef<File | undefined>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  const begin = useCallback(
    (file: File) => {
      running.current?.abort();
      latest.current = file;
      const control = new AbortController();
      running.current = control;
      const mine = (next: Partial<Known>) => running.current === control && setKnown((before) => ({ ...before, ...next }));
      setKnown({ ...nothing, state: 'sending', name: file.name });
      if (file.size > mostBytes) return void mine({ state: 'failed', error: new ConnectError('too_large', Code.OutOfRange) });
      attributeFile(file, (sent) => mine({ sent, state: sent < 1 ? 'sending' : 'inspecting' }), control.signal)
        .then((answer) => mine({ state: 'done', answer }))
        .catch((error: unknown) => mine(control.signal.aborted ? nothing : { state: 'failed', error }));
      return undefined;
    },
    [mostBytes],
  );
  const again = useCallback(() => latest.current && begin(latest.current), [begin]);
  const stop = useCallback(() => running.current?.abort(), []);
  return { ...known, begin, again, stop };
}
