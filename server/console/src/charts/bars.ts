import type { SummarizeEventsResponse, EventFigures } from '@/gen/vigie/v1/event_service_pb';
import { millis } from '@/format/times';

export interface BarSeries {
  name: string;
  values: number[];
}

export interface Bars {
  /** Beginning of each bucket, in milliseconds; without holes. */
  times: number[];
  series: BarSeries[];
}

export interface Range {
  from: number;
  bucket: number;
  count: number;
}

/** A bar for each bucket of the range; the answer leaves out those without events. */
export function barsOf(answer: SummarizeEventsResponse, range: Range, figure: (figures: EventFigures) => number, name: (group: string) => string): Bars {
  const times = Array.from({ length: range.count }, (_, index) => range.from + index * range.bucket);
  const series = answer.groups.map((group) => ({ name: name(group.name), values: times.map(() => 0) }));
  const others = times.map(() => 0);
  const indexOf = new Map(answer.groups.map((group, index) => [group.name, index]));
  for (const bucket of answer.buckets) {
    const at = Math.floor((millis(bucket.from) - range.from) / range.bucket);
    if (at < 0 || at >= range.count) continue;
    for (const group of bucket.groups) {
      const one = series[indexOf.get(group.name) ?? -1];
      if (one && group.figures) one.values[at] = figure(group.figures);
    }
    if (bucket.others) others[at] = figure(bucket.others);
  }
  const withOthers = others.some((value) => value > 0) ? [...series, { name: '…', values: others }] : series;
  return { times, series: withOthers.filter((one) => one.values.some((value) => value > 0)) };
}

/** The last `span` milliseconds in whole buckets; the present one is the last. */
export function lastRange(now: number, span: number, bucket: number): Range {
  const count = Math.round(span / bucket);
  const end = Math.floor(now / bucket) * bucket + bucket;
  return { from: end - count * bucket, bucket, count };
}

const second = 1000;
const nice = [1, 5, 15, 60, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86_400, 7 * 86_400].map((value) => value * second);

/** At most 120 buckets over the span, of a length that a clock face has. */
export function niceBucket(span: number): number {
  return nice.find((length) => span / length <= 120) ?? Math.ceil(span / 120 / (86_400 * second)) * 86_400 * second;
}
