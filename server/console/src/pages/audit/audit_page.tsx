import { Button, Group, Text, TextInput } from '@mantine/core';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useMemo, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { audits } from '@/api/clients';
import { useMay } from '@/api/session';
import { DataTable } from '@/components/data_table';
import { Filters } from '@/components/filters';
import { Page } from '@/components/page';
import pageClasses from '@/components/page.module.css';
import { Answered, EmptyState, ErrorState, NoPermission } from '@/components/states';
import { fromLocalInput, toLocalInput } from '@/format/times';
import { useFormats } from '@/i18n/use_formats';

import { useAuditColumns } from './audit_columns';
import { ChainVerdict } from './chain_verdict';

interface AuditQuery {
  since: string;
  who: string;
  method: string;
}

const day = 86_400_000;

export function AuditPage() {
  const { t } = useTranslation();
  const may = useMay('audit');
  const verify = useMutation({ mutationFn: () => audits.verifyAudit({}) });
  if (!may) return <Page title={t('audit.title')}><NoPermission /></Page>;
  return (
    <Page
      title={t('audit.title')}
      actions={
        <Button variant="default" onClick={() => verify.mutate()} loading={verify.isPending}>
          {t('audit.verify')}
        </Button>
      }
    >
      <Text c="dimmed">{t('audit.lead')}</Text>
      {verify.data && <ChainVerdict verdict={verify.data} />}
      {verify.error ? <ErrorState error={verify.error} /> : null}
      <Entries />
    </Page>
  );
}

function useEntries(query: AuditQuery) {
  return useInfiniteQuery({
    queryKey: ['audit', query],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const since = fromLocalInput(query.since);
      const filter = { since: since ? timestampFromDate(since) : undefined, who: query.who.trim(), method: query.method.trim() };
      return audits.listAudit({ ...filter, pageSize: 500, pageToken: pageParam }, { signal });
    },
    getNextPageParam: (last) => last.nextPageToken || undefined,
    gcTime: 0,
  });
}

function Entries() {
  const { t } = useTranslation();
  const formats = useFormats();
  const [query, setQuery] = useState<AuditQuery>(() => ({ since: toLocalInput(new Date(Date.now() - day)), who: '', method: '' }));
  const found = useEntries(query);
  const columns = useAuditColumns();
  const rows = useMemo(() => found.data?.pages.flatMap((page) => page.entries) ?? [], [found.data]);
  return (
    <div className={pageClasses.section}>
      <AuditForm asked={query} ask={setQuery} />
      <Group justify="space-between" px="md" py={6}>
        <Text size="xs" c="dimmed" role="status">
          {t('audit.count', { count: rows.length, shown: formats.number(rows.length) })}
        </Text>
        {found.hasNextPage && (
          <Button size="compact-sm" variant="default" onClick={() => void found.fetchNextPage()} loading={found.isFetchingNextPage}>
            {t('action.more')}
          </Button>
        )}
      </Group>
      <Answered query={found}>
        {() =>
          rows.length === 0 ? (
            <EmptyState title={t('audit.none')} />
          ) : (
            <DataTable label={t('audit.entries')} rows={rows} columns={columns} rowId={(entry) => String(entry.number)} sorting={[{ id: 'number', desc: true }]} height="calc(100vh - 300px)" />
          )
        }
      </Answered>
    </div>
  );
}

function AuditForm({ asked, ask }: { asked: AuditQuery; ask: (query: AuditQuery) => void }) {
  const { t } = useTranslation();
  const [query, setQuery] = useState(asked);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask({ ...query });
  };
  const field = (name: keyof AuditQuery, type = 'text') => (
    <TextInput label={t(`audit.${name}`)} type={type} value={query[name]} onChange={(event) => setQuery({ ...query, [name]: event.currentTarget.value })} autoComplete="off" />
  );
  return (
    <form onSubmit={submit}>
      <Filters>
        {field('since', 'datetime-local')}
        {field('who')}
        {field('method')}
        <Button type="submit" variant="default">
          {t('audit.search')}
        </Button>
      </Filters>
    </form>
  );
}
