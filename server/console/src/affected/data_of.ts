import type { Event } from '@/gen/vigie/v1/event_pb';

/** The classes of data that were found in these events, most frequent first. */
export function classesIn(events: Event[]): string[] {
  const counts = new Map<string, number>();
  for (const { inspection } of events) {
    for (const { class: name } of inspection?.classes ?? []) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort(([, one], [, other]) => other - one).map(([name]) => name);
}

/** Whose record ids the events hold; '' of those that do not say it. */
export function ledgersIn(events: Event[]): string[] {
  const findings = events.flatMap(({ inspection }) => [inspection?.customers, ...(inspection?.customersOfOtherLedgers ?? [])]);
  return [...new Set(findings.flatMap((finding) => (finding && finding.records.length > 0 ? [finding.ledger] : [])))];
}
