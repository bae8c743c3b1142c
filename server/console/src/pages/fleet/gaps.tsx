import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { createColumnHelper } from '@tanstack/react-table';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Button } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

import { fleet } from '@/api/clients';
import { DataTable, type Column } from '@/components/data_table';
import { Section } from '@/components/page';
import { Answered, EmptyState } from '@/components/states';
import { millis } from '@/format/times';
import type { GapReport } from '@/gen/vigie/v1/fleet_service_pb';
import { useFormats } from '@/i18n/use_formats';

import { sensorTitle } from './sensor_matrix';

const week = 7 * 86_400_000;
const column = createColumnHelper<GapReport>();

function useGapColumns(): Column<GapReport>[] {
  const { t } = useTranslation();
  const formats = useFormats();
  return useMemo(() => {
    const lost = (gap: GapReport) => (gap.lost === 0n ? t('fleet.gap.unknown') : formats.number(gap.lost));
    return [
      column.accessor('host', { header: t('fleet.gap.host'), size: 140 }),
      column.accessor((gap) => sensorTitle(gap.sensor), { id: 'sensor', header: t('fleet.gap.sensor'), size: 120 }),
      column.accessor('reason', { header: t('fleet.gap.reason'), size: 320, cell: (cell) => <span title={cell.getValue()}>{cell.getValue()}</span> }),
      column.accessor((gap) => millis(gap.from), { id: 'from', header: t('fleet.gap.from'), size: 195, cell: (cell) => formats.time(cell.row.original.from) }),
      column.accessor((gap) => millis(gap.until), { id: 'until', header: t('fleet.gap.until'), size: 195, cell: (cell) => formats.time(cell.row.original.until) }),
      column.accessor((gap) => Number(gap.lost), { id: 'lost', header: t('fleet.gap.lost'), size: 90, meta: { numeric: true }, cell: (cell) => lost(cell.row.original) }),
    ] as Column<GapReport>[];
  }, [t, formats]);
}

const gapId = (gap: GapReport): string => [gap.kind, gap.agentId, gap.bootEpoch, gap.firstSequence, gap.sensor, millis(gap.from)].join('/');

export function Gaps() {
  const { t } = useTranslation();
  const columns = useGapColumns();
  const query = useInfiniteQuery({
    queryKey: ['gaps', 'week'],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => fleet.listGaps({ since: timestampFromMs(Date.now() - week), pageSize: 500, pageToken: pageParam, newestFirst: true }, { signal }),
    getNextPageParam: (last) => last.nextPageToken || undefined,
  });
  const more = query.hasNextPage && (
    <Button size="compact-sm" variant="default" onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>
      {t('action.more')}
    </Button>
  );
  return (
    <Section title={t('fleet.gaps')} flush actions={more}>
      <Answered query={query}>
        {({ pages }) => {
          const gaps = pages.flatMap((page) => page.gaps);
          if (gaps.length === 0) return <EmptyState title={t('fleet.gaps_none')} />;
          return <DataTable label={t('fleet.gaps')} rows={gaps} columns={columns} rowId={gapId} sorting={[{ id: 'until', desc: true }]} height="380px" />;
        }}
      </Answered>
    </Section>
  );
}
