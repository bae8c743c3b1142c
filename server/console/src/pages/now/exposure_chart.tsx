import { durationFromMs, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { SegmentedControl, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { events } from '@/api/clients';
import { BarChart } from '@/charts/bar_chart';
import { barsOf, lastRange, type Range } from '@/charts/bars';
import { Section } from '@/components/page';
import { Answered, EmptyState } from '@/components/states';
import { EventGrouping, type SummarizeEventsResponse } from '@/gen/vigie/v1/event_service_pb';
import { useFormats } from '@/i18n/use_formats';
import { Channel } from '@/gen/vigie/v1/activity_pb';
import { label } from '@/i18n/labels';

const minute = 60_000;
const periods = {
  hour: { span: 60 * minute, bucket: 2 * minute },
  day: { span: 24 * 60 * minute, bucket: 30 * minute },
  week: { span: 7 * 24 * 60 * minute, bucket: 240 * minute },
};
type Period = keyof typeof periods;

const channelNumber = (name: string): number => Channel[name.toUpperCase() as keyof typeof Channel] ?? 0;

async function summary(period: Period, signal: AbortSignal): Promise<{ range: Range; answer: SummarizeEventsResponse }> {
  const { span, bucket } = periods[period];
  const range = lastRange(Date.now(), span, bucket);
  const request = { from: timestampFromMs(range.from), until: timestampFromMs(range.from + span), bucket: durationFromMs(bucket), groupBy: EventGrouping.CHANNEL };
  return { range, answer: await events.summarizeEvents(request, { signal }) };
}

export function ExposureChart() {
  const { t } = useTranslation();
  const [period, setPeriod] = useState<Period>('day');
  const query = useQuery({ queryKey: ['exposure', period], queryFn: ({ signal }) => summary(period, signal), refetchInterval: 15_000 });
  return (
    <Section
      title={t('now.exposed')}
      actions={
        <SegmentedControl
          size="xs"
          aria-label={t('now.period')}
          value={period}
          onChange={(value) => setPeriod(value as Period)}
          data={(Object.keys(periods) as Period[]).map((value) => ({ value, label: t(`now.period_${value}`) }))}
        />
      }
    >
      <Answered query={query}>{({ range, answer }) => <Exposure range={range} answer={answer} />}</Answered>
    </Section>
  );
}

function Exposure({ range, answer }: { range: Range; answer: SummarizeEventsResponse }) {
  const { t, i18n } = useTranslation();
  const formats = useFormats();
  const language = i18n.language;
  const bars = useMemo(() => {
    const leaving = { ...answer, groups: answer.groups.filter((group) => group.name !== 'local') };
    return barsOf(leaving, range, (figures) => Number(figures.distinctCustomers), (name) => label('channel', channelNumber(name)));
  }, [answer, range, language]);
  if (bars.series.length === 0) return <EmptyState title={t('now.exposed_empty')} />;
  return (
    <>
      <BarChart bars={bars} label={t('now.exposed')} />
      <Text size="xs" c="dimmed">
        {t('now.exposed_note')} {answer.truncated && t('now.truncated', { until: formats.time(answer.completeUntil) })}
      </Text>
    </>
  );
}
