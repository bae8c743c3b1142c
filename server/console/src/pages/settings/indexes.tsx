import { Table, Text } from '@mantine/core';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { fleet } from '@/api/clients';
import { Tag } from '@/components/badges';
import { Section } from '@/components/page';
import { Answered, EmptyState } from '@/components/states';
import { useNow } from '@/components/use_now';
import type { IndexUse, ListIndexesResponse } from '@/gen/vigie/v1/fleet_service_pb';
import { useFormats } from '@/i18n/use_formats';

import { isBehind } from './index_age';

/** What the connected workstations look for, and how old it is: a customer who is in no index is found nowhere. */
export function Indexes() {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: ['indexes'], queryFn: ({ signal }) => fleet.listIndexes({}, { signal }) });
  return (
    <Section title={t('settings.indexes')}>
      <Text size="sm" c="dimmed" mb="xs">
        {t('settings.indexes_text')}
      </Text>
      <Answered query={query}>
        {(answer) => (answer.workstations === 0 ? <EmptyState title={t('settings.indexes_none')} text={t('settings.indexes_none_text')} /> : <Uses answer={answer} />)}
      </Answered>
    </Section>
  );
}

function Uses({ answer }: { answer: ListIndexesResponse }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <>
      {answer.withoutIndexes > 0 && (
        <Text mb="xs">
          <Tag tone="high">{t('settings.indexes_without', { count: answer.withoutIndexes, shown: formats.number(answer.withoutIndexes) })}</Tag>
        </Text>
      )}
      {answer.indexes.length > 0 && <UseTable uses={answer.indexes} />}
    </>
  );
}

function UseTable({ uses }: { uses: IndexUse[] }) {
  const { t } = useTranslation();
  return (
    <Table.ScrollContainer minWidth={520}>
      <Table verticalSpacing="xs" aria-label={t('settings.indexes')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('settings.index_ledger')}</Table.Th>
            <Table.Th>{t('settings.index_built')}</Table.Th>
            <Table.Th ta="right">{t('settings.index_deltas')}</Table.Th>
            <Table.Th ta="right">{t('settings.index_records')}</Table.Th>
            <Table.Th ta="right">{t('settings.index_workstations')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {uses.map((use, place) => (
            <UseRow key={`${use.index?.ledger} ${use.index?.state}`} use={use} behind={isBehind(uses, place)} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function UseRow({ use: { index, workstations }, behind }: { use: IndexUse; behind: boolean }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const now = useNow();
  if (!index) return null;
  return (
    <Table.Tr>
      <Table.Td>
        <span className="mono" title={index.ledger}>
          {index.ledger.slice(0, 8)}
        </span>
      </Table.Td>
      <Table.Td>
        <span title={formats.time(index.builtAt)}>{index.builtAt ? formats.age(timestampDate(index.builtAt), now) : '–'}</span> {behind && <Tag tone="medium">{t('settings.index_behind')}</Tag>}
      </Table.Td>
      <Table.Td ta="right">{formats.number(index.deltas)}</Table.Td>
      <Table.Td ta="right">{formats.number(index.records)}</Table.Td>
      <Table.Td ta="right">{formats.number(workstations)}</Table.Td>
    </Table.Tr>
  );
}
