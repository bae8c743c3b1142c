// The ledger (core/customers/ledger_format.h), read from a file that stays in this browser: it is never sent anywhere.

export type LedgerFault = 'no_ledger' | 'cut_off' | 'damaged' | 'other_ledger' | 'several_ledgers' | 'not_told';

export class LedgerError extends Error {
  constructor(readonly fault: LedgerFault) {
    super(fault);
  }
}

export interface LedgerKeys {
  id: string;
  keys: Map<number, string>;
  /** Invented customers: nobody is told a letter of theirs. */
  canaries: Set<number>;
}

/** Why the ledger of this id may not name records of `ledgers`; '' is one that is not told, and is not compared. */
export function ledgerFault(id: string, ledgers: string[]): LedgerFault | undefined {
  const [told = id, ...others] = ledgers.filter((ledger) => ledger !== '');
  if (others.length > 0) return 'several_ledgers';
  return id !== '' && told !== id ? 'other_ledger' : undefined;
}

/** The keys of `wanted`, line by line: a ledger may be larger than memory. `onRead`: the share that was read. */
export async function readLedger(file: Blob, wanted: ReadonlySet<number>, onRead: (share: number) => void = () => undefined): Promise<LedgerKeys> {
  const reader = new LedgerReader(wanted);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const stream = file.stream().getReader();
  let rest = '';
  let read = 0;
  try {
    for (let part = await stream.read(); !part.done; part = await stream.read()) {
      read += part.value.byteLength;
      const lines = (rest + decoder.decode(part.value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach((line) => reader.take(line));
      onRead(read / file.size);
    }
  } catch (error) {
    throw error instanceof LedgerError ? error : new LedgerError('damaged');
  }
  return reader.finish(rest);
}

// The checksums are not looked at: whoever changes a file on the officer's disk can change this page's answer in other ways, too.
class LedgerReader {
  private lines = 0;
  private ended = false;
  private readonly found: LedgerKeys = { id: '', keys: new Map(), canaries: new Set() };

  constructor(private readonly wanted: ReadonlySet<number>) {}

  take(line: string): void {
    const [kind = '', first = '', second = ''] = line.split(',');
    if (this.lines === 0 && !/^vigie-ledger [12]$/.test(kind)) throw new LedgerError('no_ledger');
    if (this.ended) throw new LedgerError('damaged');
    if (kind === 'end') this.end(Number(first));
    else if (kind === 'id') this.found.id = first;
    else if (kind === 'canary') this.flag(Number(first), second === 'yes');
    else if (kind === 'record') this.keep(Number(first), second);
    this.lines += 1;
  }

  finish(rest: string): LedgerKeys {
    if (this.lines === 0) throw new LedgerError('no_ledger');
    if (!this.ended || rest !== '') throw new LedgerError('cut_off');
    return this.found;
  }

  private end(count: number): void {
    if (count !== this.lines) throw new LedgerError('damaged');
    this.ended = true;
  }

  private flag(record: number, canary: boolean): void {
    if (!this.wanted.has(record)) return;
    if (canary) this.found.canaries.add(record);
    else this.found.canaries.delete(record);
  }

  private keep(record: number, escaped: string): void {
    if (this.wanted.has(record)) this.found.keys.set(record, decodeURIComponent(escaped));
  }
}
