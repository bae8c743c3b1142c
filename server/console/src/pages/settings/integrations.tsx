import { Button, Table, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { integrations } from '@/api/clients';
import { errorText } from '@/api/errors';
import { useMay } from '@/api/session';
import { Tag } from '@/components/badges';
import { Section } from '@/components/page';
import { Answered, EmptyState } from '@/components/states';
import type { IntegrationStatus } from '@/gen/vigie/v1/integration_service_pb';
import { problemText } from '@/i18n/refusals';
import { useFormats } from '@/i18n/use_formats';

const refresh = 15_000;

/** Where incidents and the health of the fleet are sent; it is set in collector.yaml. */
export function Integrations() {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: ['integrations'], queryFn: ({ signal }) => integrations.listIntegrations({}, { signal }), refetchInterval: refresh });
  return (
    <Section title={t('settings.integrations')}>
      <Text size="sm" c="dimmed" mb="xs">
        {t('settings.integrations_text')}
      </Text>
      <Answered query={query}>
        {({ integrations: all }) =>
          all.length === 0 ? <EmptyState title={t('settings.integrations_none')} text={t('settings.integrations_none_text')} /> : <IntegrationTable all={all} />
        }
      </Answered>
    </Section>
  );
}

function IntegrationTable({ all }: { all: IntegrationStatus[] }) {
  const { t } = useTranslation();
  const mayTest = useMay('testIntegrations');
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table verticalSpacing="xs" aria-label={t('settings.integrations')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('settings.integration_name')}</Table.Th>
            <Table.Th>{t('settings.integration_state')}</Table.Th>
            <Table.Th ta="right">{t('settings.integration_waiting')}</Table.Th>
            <Table.Th ta="right">{t('settings.integration_delivered')}</Table.Th>
            {mayTest && (
              <Table.Th>
                <span className="visually-hidden">{t('settings.integration_test')}</span>
              </Table.Th>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {all.map((one) => (
            <IntegrationRow key={one.name} one={one} mayTest={mayTest} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function IntegrationRow({ one, mayTest }: { one: IntegrationStatus; mayTest: boolean }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <Table.Tr>
      <Table.Td>
        {one.name}
        <Text size="sm" c="dimmed">
          {t(`settings.integration_kind.${one.kind}`, { defaultValue: one.kind })}, {one.target}
        </Text>
      </Table.Td>
      <Table.Td>
        <State one={one} />
      </Table.Td>
      <Table.Td ta="right">{formats.number(one.waiting)}</Table.Td>
      <Table.Td ta="right">
        {formats.number(one.delivered)}
        {one.dropped > 0n && (
          <Text size="sm" c="var(--high)">
            {t('settings.integration_dropped', { shown: formats.number(one.dropped) })}
          </Text>
        )}
      </Table.Td>
      {mayTest && (
        <Table.Td>
          <Test name={one.name} />
        </Table.Td>
      )}
    </Table.Tr>
  );
}

function State({ one }: { one: IntegrationStatus }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <>
      {one.failures > 0 ? <Tag tone="high">{t('settings.integration_fails')}</Tag> : <Tag tone="good">{t('settings.integration_good')}</Tag>}
      <Text size="sm" c="dimmed">
        {one.lastDeliveredAt ? t('settings.integration_last', { at: formats.minute(one.lastDeliveredAt) }) : t('settings.integration_never')}
      </Text>
      {one.lastError !== '' && <Text size="sm">{t('settings.integration_error', { why: problemText('delivery_problem', one.lastErrorDetail, one.lastError), at: formats.minute(one.lastErrorAt) })}</Text>}
    </>
  );
}

function Test({ name }: { name: string }) {
  const { t } = useTranslation();
  const test = useMutation({ mutationFn: () => integrations.testIntegration({ name }) });
  return (
    <>
      <Button size="compact-sm" variant="default" loading={test.isPending} onClick={() => test.mutate()} aria-label={t('settings.integration_test_name', { name })}>
        {t('settings.integration_test')}
      </Button>
      <Text size="sm" role="status">
        {test.data && (test.data.taken ? t('settings.integration_taken', { milliseconds: test.data.milliseconds }) : t('settings.integration_not_taken', { why: problemText('delivery_problem', test.data.detail, test.data.error) }))}
        {test.error && errorText(test.error)}
      </Text>
    </>
  );
}
