import { events } from '@/api/clients';

import { ledgersIn } from './data_of';

const pageSize = 1000;

/** Whose record ids these incidents hold, by all of their events; '' of those that do not say it. */
export async function ledgersOf(incidentIds: string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const incidentId of incidentIds) {
    let pageToken = '';
    do {
      const page = await events.queryEvents({ incidentId, pageSize, pageToken });
      ledgersIn(page.events).forEach((ledger) => found.add(ledger));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
  }
  return [...found];
}
