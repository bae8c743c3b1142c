import { useEffect, useMemo, useRef, useState } from 'react';

import { LedgerError, readLedger, type LedgerFault, type LedgerKeys } from './ledger';

export interface OpenedLedger {
  state: 'closed' | 'reading' | 'open' | 'failed';
  read: number;
  ledger: LedgerKeys | undefined;
  fault: LedgerFault | undefined;
  open: (file: File) => void;
  close: () => void;
}

const closed = { state: 'closed' as const, read: 0, ledger: undefined, fault: undefined };

/** The keys of these records, for as long as the page is open. `ledgers`: whose record ids they are, as far as is known. */
export function useLedger(wanted: ReadonlySet<number>, ledgers: string[]): OpenedLedger {
  const [known, setKnown] = useState<Omit<OpenedLedger, 'open' | 'close'>>(closed);
  const turn = useRef(0);
  useEffect(() => () => void (turn.current += 1), []);
  return useMemo(() => {
    const close = () => {
      turn.current += 1;
      setKnown(closed);
    };
    const open = (file: File) => {
      turn.current += 1;
      const mine = turn.current;
      const tell = (next: Partial<OpenedLedger>) => mine === turn.current && setKnown((before) => ({ ...before, ...next }));
      setKnown({ ...closed, state: 'reading' });
      readLedger(file, wanted, (read) => tell({ read }))
        .then((ledger) => {
          if (ledger.id !== '' && ledgers.length > 0 && !ledgers.includes(ledger.id)) throw new LedgerError('other_ledger');
          tell({ state: 'open', ledger });
        })
        .catch((error: unknown) => tell({ state: 'failed', fault: error instanceof LedgerError ? error.fault : 'damaged' }));
    };
    return { ...known, open, close };
  }, [known, wanted, ledgers]);
}
