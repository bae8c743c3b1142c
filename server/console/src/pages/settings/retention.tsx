import { Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { stores } from '@/api/clients';
import { Section } from '@/components/page';
import { Answered } from '@/components/states';
import { seconds } from '@/format/times';
import type { RetentionStatus } from '@/gen/vigie/v1/store_service_pb';
import { useFormats } from '@/i18n/use_formats';

/** How long what is kept; it is set in collector.yaml. */
export function Retention() {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: ['retention'], queryFn: ({ signal }) => stores.getRetention({}, { signal }) });
  return (
    <Section title={t('settings.retention')}>
      <Answered query={query}>{(status) => (status.ages.length === 0 ? <Text>{t('settings.retention_none')}</Text> : <Ages status={status} />)}</Answered>
    </Section>
  );
}

function Ages({ status }: { status: RetentionStatus }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <>
      <Table verticalSpacing="xs" aria-label={t('settings.retention')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('settings.retention_what')}</Table.Th>
            <Table.Th ta="right">{t('settings.retention_keep')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {status.ages.map(({ what, keep }) => (
            <Table.Tr key={what}>
              <Table.Td>{t(`settings.retention_of.${what}`, { defaultValue: what })}</Table.Td>
              <Table.Td ta="right">{formats.duration(seconds(keep))}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="sm" c="dimmed" mt="xs">
        {status.lastRunAt ? t('settings.retention_last', { at: formats.minute(status.lastRunAt), removed: formats.number(status.lastRemoved) }) : t('settings.retention_never')}
      </Text>
      {status.lastError !== '' && <Text c="var(--high)">{t('settings.retention_failed', { why: status.lastError })}</Text>}
    </>
  );
}
