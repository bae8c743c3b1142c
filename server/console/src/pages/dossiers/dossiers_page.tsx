import { Button, Text } from '@mantine/core';
import { createColumnHelper } from '@tanstack/react-table';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';

import { dossiers } from '@/api/clients';
import { useMay } from '@/api/session';
import { DataTable, type Column } from '@/components/data_table';
import { Page } from '@/components/page';
import pageClasses from '@/components/page.module.css';
import { Answered, EmptyState, NoPermission } from '@/components/states';
import { millis } from '@/format/times';
import type { Dossier } from '@/gen/vigie/v1/dossier_pb';
import { useFormats } from '@/i18n/use_formats';
import { DossierStateTag } from '@/pages/dossier/dossier_state_tag';

const column = createColumnHelper<Dossier>();

function useDossierColumns(): Column<Dossier>[] {
  const { t } = useTranslation();
  const formats = useFormats();
  return useMemo(() => {
    const people = (dossier: Dossier) => Number(dossier.content?.approximateSubjects ?? dossier.facts?.customers?.value ?? 0);
    return [
      column.accessor('id', { header: t('dossiers.col.id'), size: 90, cell: (cell) => <Link to={`/dossiers/${cell.getValue()}`}>{cell.getValue()}</Link> }),
      column.accessor((dossier) => dossier.content?.title ?? '', { id: 'title', header: t('dossiers.col.title'), size: 320 }),
      column.accessor('state', { header: t('dossiers.col.state'), size: 110, cell: (cell) => <DossierStateTag state={cell.getValue()} /> }),
      column.accessor((dossier) => millis(dossier.content?.awareAt), { id: 'aware', header: t('dossiers.col.aware'), size: 170, cell: (cell) => formats.minute(cell.row.original.content?.awareAt) }),
      column.accessor((dossier) => millis(dossier.deadline), { id: 'deadline', header: t('dossiers.col.deadline'), size: 170, cell: (cell) => formats.minute(cell.row.original.deadline) }),
      column.accessor(people, { id: 'people', header: t('dossiers.col.people'), size: 90, meta: { numeric: true }, cell: (cell) => formats.number(cell.getValue()) }),
      column.accessor((dossier) => millis(dossier.updatedAt), { id: 'updated', header: t('dossiers.col.updated'), size: 170, cell: (cell) => formats.minute(cell.row.original.updatedAt) }),
    ] as Column<Dossier>[];
  }, [t, formats]);
}

export function DossiersPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const may = useMay('dossiers');
  const columns = useDossierColumns();
  const query = useInfiniteQuery({
    queryKey: ['dossiers', 'register'],
    enabled: may,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => dossiers.listDossiers({ pageSize: 500, pageToken: pageParam }, { signal }),
    getNextPageParam: (last) => last.nextPageToken || undefined,
  });
  if (!may) return <Page title={t('dossiers.title')}><NoPermission /></Page>;
  return (
    <Page title={t('dossiers.title')}>
      <Text c="dimmed">{t('dossiers.lead')}</Text>
      <div className={pageClasses.section}>
        <Answered query={query}>
          {({ pages }) => {
            const rows = pages.flatMap((page) => page.dossiers);
            if (rows.length === 0) return <EmptyState title={t('dossiers.none')} text={t('dossiers.none_text')} />;
            return <DataTable label={t('dossiers.title')} rows={rows} columns={columns} rowId={(dossier) => dossier.id} onOpen={(dossier) => void navigate(`/dossiers/${dossier.id}`)} />;
          }}
        </Answered>
        {query.hasNextPage && (
          <Button variant="subtle" onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>
            {t('action.more')}
          </Button>
        )}
      </div>
    </Page>
  );
}
