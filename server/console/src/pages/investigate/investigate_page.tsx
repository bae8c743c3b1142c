import { Button, Group, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';

import { events as api } from '@/api/clients';
import { useMay } from '@/api/session';
import { DataTable } from '@/components/data_table';
import { Page, Section } from '@/components/page';
import pageClasses from '@/components/page.module.css';
import { Answered, EmptyState, NoPermission } from '@/components/states';
import { toCsv } from '@/format/csv';
import { download } from '@/format/download';
import type { Event } from '@/gen/vigie/v1/event_pb';
import { useFormats } from '@/i18n/use_formats';
import { eventId } from '@/pages/incident/event_facts';

import { EventChart } from './event_chart';
import { useEventColumns, useEventCsv } from './event_columns';
import { EventDetail } from './event_detail';
import { firstQuery, requestOf, type EventQuery } from './event_query';
import { QueryForm } from './query_form';
import { SavedSearches } from './saved_searches';

export function InvestigatePage() {
  const { t } = useTranslation();
  const may = useMay('events');
  return <Page title={t('investigate.title')}>{may ? <Investigation /> : <NoPermission />}</Page>;
}

function useEvents(query: EventQuery) {
  return useInfiniteQuery({
    queryKey: ['events', query],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => api.queryEvents({ ...requestOf(query), pageSize: 500, pageToken: pageParam }, { signal }),
    getNextPageParam: (last) => last.nextPageToken || undefined,
    gcTime: 0,
  });
}

function Investigation() {
  const [address] = useSearchParams();
  const [query, setQuery] = useState(() => firstQuery(address, Date.now()));
  const [form, setForm] = useState(0); // a search that was chosen is written into the form
  const found = useEvents(query);
  const askKept = (kept: EventQuery) => {
    setQuery(kept);
    setForm(form + 1);
  };
  const rows = useMemo(() => found.data?.pages.flatMap((page) => page.events) ?? [], [found.data]);
  return (
    <>
      <div className={pageClasses.section}>
        <QueryForm key={form} asked={query} ask={setQuery} busy={found.isFetching && !found.isFetchingNextPage} />
        <SavedSearches asked={query} ask={askKept} />
      </div>
      {query.incidentId === '' && <EventChart query={query} />}
      <Found found={found} rows={rows} />
    </>
  );
}

function Found({ found, rows }: { found: ReturnType<typeof useEvents>; rows: Event[] }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const columns = useEventColumns();
  const csv = useEventCsv();
  const [opened, setOpened] = useState<Event | null>(null);
  const save = () => download('vigie-events.csv', 'text/csv;charset=utf-8', toCsv(csv.header, rows.map(csv.row)));
  const count = t('investigate.count', { count: rows.length, shown: formats.number(rows.length) });
  return (
    <Section
      title={t('investigate.events')}
      flush
      actions={
        <Group gap="sm">
          <Text size="xs" c="dimmed" role="status">
            {found.data && (found.hasNextPage ? `${count}, ${t('investigate.more_exist')}` : count)}
          </Text>
          {found.hasNextPage && (
            <Button size="compact-sm" variant="default" onClick={() => void found.fetchNextPage()} loading={found.isFetchingNextPage}>
              {t('action.more')}
            </Button>
          )}
          <Button size="compact-sm" variant="default" onClick={save} disabled={rows.length === 0} title={t('investigate.export_hint')}>
            {t('investigate.export')}
          </Button>
        </Group>
      }
    >
      <Answered query={found}>
        {() =>
          rows.length === 0 ? (
            <EmptyState title={t('investigate.none')} text={t('investigate.none_text')} />
          ) : (
            <DataTable label={t('investigate.events')} rows={rows} columns={columns} rowId={eventId} onOpen={setOpened} height="560px" />
          )
        }
      </Answered>
      <EventDetail event={opened} onClose={() => setOpened(null)} />
    </Section>
  );
}
