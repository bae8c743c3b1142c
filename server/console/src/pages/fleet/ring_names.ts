/** All but the last one, which is always there. */
export const ringsBeforeLast = (rings: { name: string }[]): string[] => rings.slice(0, -1).map(({ name }) => name);

/** Separated by commas or blanks; the last ring need not be said. */
export const namesIn = (typed: string): string[] => typed.split(/[\s,;]+/).filter((name) => name !== '' && name !== 'default');
