import { timestampDate, type Duration, type Timestamp } from '@bufbuild/protobuf/wkt';

const date = (at: Timestamp | Date): Date => (at instanceof Date ? at : timestampDate(at));

const parts: Intl.DateTimeFormatOptions = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' };

/** With the zone: whoever reads it may be elsewhere than who wrote it. */
export const formatTime = (language: string, at: Timestamp | Date, timeZone?: string): string =>
  new Intl.DateTimeFormat(language, { ...parts, second: '2-digit', timeZoneName: 'short', timeZone, hour12: false }).format(date(at));

export const formatMinute = (language: string, at: Timestamp | Date, timeZone?: string): string =>
  new Intl.DateTimeFormat(language, { ...parts, timeZoneName: 'short', timeZone, hour12: false }).format(date(at));

export const formatClock = (language: string, at: Timestamp | Date, timeZone?: string): string =>
  new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', second: '2-digit', timeZone, hour12: false }).format(date(at));

const steps: [Intl.RelativeTimeFormatUnit, number][] = [['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1]];

/** "3 minutes", "2 days": the largest unit that fits, rounded down. */
export function formatDuration(language: string, seconds: number, unitDisplay: 'long' | 'short' = 'long'): string {
  const [unit, size] = steps.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay, maximumFractionDigits: 0 }).format(
    Math.trunc(Math.abs(seconds) / size),
  );
}

export function formatAge(language: string, at: Timestamp | Date, now: number): string {
  const seconds = (date(at).getTime() - now) / 1000;
  const [unit, size] = steps.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(Math.trunc(seconds / size), unit);
}

/** "61 h 04 min 09 s"; without the sign. */
export function formatCountdown(milliseconds: number): { hours: number; minutes: string; seconds: string } {
  const total = Math.floor(Math.abs(milliseconds) / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  return { hours: Math.floor(total / 3600), minutes: two(Math.floor(total / 60) % 60), seconds: two(total % 60) };
}

export const seconds = (duration: Duration | undefined): number =>
  duration ? Number(duration.seconds) + duration.nanos / 1e9 : 0;

/** Whole ones, never minus zero. */
export const milliseconds = (duration: Duration | undefined): number => Math.round(seconds(duration) * 1000) || 0;

export const millis = (at: Timestamp | undefined): number => (at ? timestampDate(at).getTime() : 0);

/** The value of <input type="datetime-local">, in the browser's zone. */
export function toLocalInput(at: Date): string {
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

export function fromLocalInput(text: string): Date | null {
  const parsed = new Date(text);
  return text === '' || Number.isNaN(parsed.getTime()) ? null : parsed;
}
