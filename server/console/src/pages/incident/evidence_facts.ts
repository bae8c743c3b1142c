import type { EvidenceReport } from '@/gen/vigie/v1/evidence_pb';

export type EvidenceVerdict = 'empty' | 'good' | 'collector' | 'partly' | 'broken';

/** What to say first: the worst that holds of any event. */
export function verdictOf(report: Pick<EvidenceReport, 'events' | 'broken' | 'notChained' | 'collector' | 'faults'>): EvidenceVerdict {
  if (report.broken > 0n || report.faults.length > 0) return 'broken';
  if (report.events === 0n) return 'empty';
  if (report.notChained > 0n) return 'partly';
  return report.collector > 0n ? 'collector' : 'good';
}

export function joined(pieces: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
