import { useTranslation } from 'react-i18next';

import { millis } from '@/format/times';
import type { Incident } from '@/gen/vigie/v1/incident_pb';
import { useAmounts } from '@/i18n/use_amounts';
import { useFormats } from '@/i18n/use_formats';
import { useLabel } from '@/i18n/labels';

/** What happened, in one sentence; then what the threshold says of itself, if it does. */
export function useIncidentSentence(incident: Incident): string {
  const { t } = useTranslation();
  const label = useLabel();
  const formats = useFormats();
  const amount = useAmounts();
  const { user, host, subject } = incident;
  const who = user && host ? t('incident.who', { user, host }) : user || host || subject;
  const channels = incident.channels.map((channel) => label('channel', channel).toLocaleLowerCase(formats.language));
  const words = {
    who,
    channels: channels.length > 0 ? formats.list(channels) : t('incident.no_channel'),
    events: amount('events', incident.events),
    duration: formats.duration(Math.max(1, (millis(incident.lastEventAt) - millis(incident.firstEventAt)) / 1000)),
  };
  const customers = incident.distinctCustomers;
  if (customers > 0) return t('incident.sentence_customers', { ...words, count: customers, shown: formats.number(customers) });
  return t('incident.sentence_events', { ...words, count: Number(incident.events), shown: formats.number(incident.events) });
}
