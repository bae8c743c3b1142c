import { durationFromMs, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { events } from '@/api/clients';
import { BarChart } from '@/charts/bar_chart';
import { barsOf, lastRange, niceBucket, type Range } from '@/charts/bars';
import { Section } from '@/components/page';
import { Answered, EmptyState } from '@/components/states';
import { fromLocalInput } from '@/format/times';
import { Channel } from '@/gen/vigie/v1/activity_pb';
import { Verdict } from '@/gen/vigie/v1/event_pb';
import type { SummarizeEventsResponse } from '@/gen/vigie/v1/event_service_pb';
import { label } from '@/i18n/labels';
import { useFormats } from '@/i18n/use_formats';

import { groupings, requestOf, type EventQuery, type GroupingName } from './event_query';

const widest = 90 * 86_400_000;

async function summarize(query: EventQuery, group: GroupingName, signal: AbortSignal): Promise<{ range: Range; answer: SummarizeEventsResponse }> {
  const now = Date.now();
  const since = fromLocalInput(query.since)?.getTime() ?? now - widest;
  const span = Math.max(60_000, now - since);
  const bucket = niceBucket(span);
  const range = lastRange(now, Math.ceil(span / bucket) * bucket, bucket);
  const { user, host, channel, rule, shadow } = requestOf(query);
  const request = {
    filter: { user, host, channel, rule, shadow },
    from: timestampFromMs(range.from),
    until: timestampFromMs(range.from + range.count * bucket),
    bucket: durationFromMs(bucket),
    groupBy: groupings[group],
  };
  return { range, answer: await events.summarizeEvents(request, { signal }) };
}

/** Not of an incident's events: the collector counts by user, host, channel and rule. */
export function EventChart({ query }: { query: EventQuery }) {
  const { t } = useTranslation();
  const [group, setGroup] = useState<GroupingName>('channel');
  const summary = useQuery({ queryKey: ['summary', query, group], queryFn: ({ signal }) => summarize(query, group, signal) });
  return (
    <Section
      title={t('investigate.chart')}
      actions={
        <Select
          size="xs"
          aria-label={t('investigate.group')}
          value={group}
          onChange={(value) => setGroup((value ?? 'channel') as GroupingName)}
          data={(Object.keys(groupings) as GroupingName[]).map((value) => ({ value, label: t(`investigate.by.${value}`) }))}
          allowDeselect={false}
        />
      }
    >
      <Answered query={summary}>{({ range, answer }) => <Chart range={range} answer={answer} group={group} />}</Answered>
    </Section>
  );
}

function groupName(group: GroupingName, name: string, none: string): string {
  const upper = name.toUpperCase();
  if (group === 'channel') return label('channel', Channel[upper as keyof typeof Channel] ?? 0);
  if (group === 'verdict') return label('verdict', Verdict[upper as keyof typeof Verdict] ?? 0);
  return name || none;
}

function Chart({ range, answer, group }: { range: Range; answer: SummarizeEventsResponse; group: GroupingName }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const bars = useMemo(
    () => barsOf(answer, range, (figures) => Number(figures.events), (name) => groupName(group, name, t('investigate.no_group'))),
    [answer, range, group, t],
  );
  if (bars.series.length === 0) return <EmptyState title={t('investigate.none')} />;
  return (
    <>
      <BarChart bars={bars} label={t('investigate.chart')} />
      {answer.truncated && (
        <Text size="xs" c="dimmed">
          {t('now.truncated', { until: formats.time(answer.completeUntil) })}
        </Text>
      )}
    </>
  );
}
