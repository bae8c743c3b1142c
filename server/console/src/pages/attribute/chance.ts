/** What a log10 of a chance says to a person: certain figures end where they say nothing more. */
export function chanceOf(log10: number): { kind: 'expected' | 'one_in' | 'beyond'; power: number } {
  if (log10 > -1) return { kind: 'expected', power: 0 };
  if (log10 < -15) return { kind: 'beyond', power: 15 };
  if (log10 < -6) return { kind: 'beyond', power: Math.floor(-log10) };
  return { kind: 'one_in', power: Math.round(10 ** -log10) };
}
