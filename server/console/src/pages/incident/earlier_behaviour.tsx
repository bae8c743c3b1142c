import { durationFromMs, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { events } from '@/api/clients';
import { BarChart } from '@/charts/bar_chart';
import { barsOf, type Range } from '@/charts/bars';
import { Section } from '@/components/page';
import { Answered, EmptyState } from '@/components/states';
import { millis } from '@/format/times';
import { Channel } from '@/gen/vigie/v1/activity_pb';
import { EventGrouping, type SummarizeEventsResponse } from '@/gen/vigie/v1/event_service_pb';
import type { Incident } from '@/gen/vigie/v1/incident_pb';
import { label } from '@/i18n/labels';
import { useAmounts } from '@/i18n/use_amounts';
import { useFormats } from '@/i18n/use_formats';

import { behaviourOf, daysBefore, rangeBefore } from './behaviour';

function summarize(user: string, range: Range, signal: AbortSignal): Promise<SummarizeEventsResponse> {
  const until = range.from + range.count * range.bucket;
  const request = { filter: { user }, from: timestampFromMs(range.from), until: timestampFromMs(until), bucket: durationFromMs(range.bucket), groupBy: EventGrouping.CHANNEL };
  return events.summarizeEvents(request, { signal });
}

/** Asked for by a button: the collector reads all events of these days for it, and the audit has who asked about whom. */
export function EarlierBehaviour({ incident }: { incident: Incident }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(false);
  const range = useMemo(() => rangeBefore(millis(incident.firstEventAt)), [incident.firstEventAt]);
  const { user } = incident;
  const query = useQuery({ queryKey: ['behaviour', user, range.from], queryFn: ({ signal }) => summarize(user, range, signal), enabled: asked, staleTime: Infinity });
  if (user === '') return null;
  return (
    <Section title={t('behaviour.title')}>
      {asked ? (
        <Answered query={query}>{(answer) => <Behaviour user={user} range={range} answer={answer} />}</Answered>
      ) : (
        <Button size="xs" variant="default" onClick={() => setAsked(true)}>
          {t('behaviour.show', { days: daysBefore })}
        </Button>
      )}
    </Section>
  );
}

const channelName = (name: string): string => label('channel', Channel[name.toUpperCase() as keyof typeof Channel] ?? 0);

function Behaviour({ user, range, answer }: { user: string; range: Range; answer: SummarizeEventsResponse }) {
  const { t, i18n } = useTranslation();
  const formats = useFormats();
  const amount = useAmounts();
  const language = i18n.language;
  const bars = useMemo(() => barsOf(answer, range, (figures) => Number(figures.distinctCustomers), channelName), [answer, range, language]);
  const { events: seen, customers, days, mostInADay } = behaviourOf(answer);
  if (seen === 0n && !answer.truncated) return <EmptyState title={t('behaviour.none')} text={t('behaviour.none_text', { user, days: daysBefore })} />;
  const figures = { user, days: daysBefore, events: amount('events', seen), customers: amount('distinct_customers', customers), on: formats.number(days), most: amount('customers', mostInADay) };
  return (
    <>
      <Text size="sm">{t('behaviour.sentence', figures)}</Text>
      {bars.series.length > 0 && <BarChart bars={bars} label={t('behaviour.chart')} />}
      {answer.truncated && (
        <Text size="xs" c="dimmed">
          {t('now.truncated', { until: formats.time(answer.completeUntil) })}
        </Text>
      )}
    </>
  );
}
