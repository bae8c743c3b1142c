export const formatNumber = (language: string, value: number | bigint): string => new Intl.NumberFormat(language).format(value);

export const formatPercent = (language: string, fraction: number): string =>
  new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 }).format(fraction);

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** In powers of 1000, with at most one decimal. */
export function formatBytes(language: string, bytes: number | bigint): string {
  let value = Number(bytes);
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const options: Intl.NumberFormatOptions = { style: 'unit', unit: units[unit], unitDisplay: 'short', maximumFractionDigits: unit ? 1 : 0 };
  return new Intl.NumberFormat(language, options).format(value);
}

export const formatList = (language: string, items: string[]): string =>
  new Intl.ListFormat(language, { style: 'long', type: 'conjunction' }).format(items);
