import { useCallback, useEffect, useRef, useState } from 'react';

import { LedgerError, ledgerFault, readLedger, type LedgerFault, type LedgerKeys } from './ledger';
import { ledgersOf } from './ledgers_of';

export interface OpenedLedger {
  state: 'closed' | 'reading' | 'open' | 'failed';
  read: number;
  ledger: LedgerKeys | undefined;
  /** The collector says that these record ids are this ledger's; else nothing says whose they are. */
  checked: boolean;
  fault: LedgerFault | undefined;
  open: (file: File) => void;
  close: () => void;
}

type Known = Omit<OpenedLedger, 'open' | 'close'>;
const closed: Known = { state: 'closed', read: 0, ledger: undefined, checked: false, fault: undefined };

/** The keys of these records, for as long as the page is open; read again when there are more of them. */
export function useLedger(wanted: ReadonlySet<number>, incidentIds: string[]): OpenedLedger {
  const [known, setKnown] = useState(closed);
  const turn = useRef(0);
  const opened = useRef<{ file: File; wanted: ReadonlySet<number> } | undefined>(undefined);
  useEffect(() => () => void (turn.current += 1), []);
  const close = useCallback(() => {
    turn.current += 1;
    opened.current = undefined;
    setKnown(closed);
  }, []);
  const open = useCallback(
    (file: File) => {
      turn.current += 1;
      const mine = turn.current;
      opened.current = { file, wanted };
      const tell = (next: Partial<Known>) => mine === turn.current && setKnown((before) => ({ ...before, ...next }));
      setKnown({ ...closed, state: 'reading' });
      readChecked(file, wanted, incidentIds, (read) => tell({ read }))
        .then((found) => tell({ state: 'open', ...found }))
        .catch((error: unknown) => tell({ state: 'failed', fault: error instanceof LedgerError ? error.fault : 'not_told' }));
    },
    [wanted, incidentIds],
  );
  useEffect(() => {
    const before = opened.current;
    if (before && [...wanted].some((record) => !before.wanted.has(record))) open(before.file);
  }, [wanted, open]);
  return { ...known, open, close };
}

// Record ids say nothing by themselves: with another directory's ledger they would name other people.
async function readChecked(file: File, wanted: ReadonlySet<number>, incidentIds: string[], onRead: (share: number) => void): Promise<Pick<Known, 'ledger' | 'checked'>> {
  const [ledger, ledgers] = await Promise.all([readLedger(file, wanted, onRead), ledgersOf(incidentIds)]);
  const fault = ledgerFault(ledger.id, ledgers);
  if (fault) throw new LedgerError(fault);
  return { ledger, checked: ledger.id !== '' && ledgers.join() === ledger.id };
}
