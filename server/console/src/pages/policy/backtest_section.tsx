import { Button, Progress, Stack, Text } from '@mantine/core';
import { createColumnHelper } from '@tanstack/react-table';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

import { Tag, type Tone } from '@/components/badges';
import { DataTable, type Column } from '@/components/data_table';
import { Section } from '@/components/page';
import { EmptyState, ErrorState } from '@/components/states';
import { BacktestSide, type BacktestBlock, type BacktestIncident } from '@/gen/vigie/v1/policy_service_pb';
import { useAmounts } from '@/i18n/use_amounts';
import { useFormats } from '@/i18n/use_formats';
import { useLabel } from '@/i18n/labels';

import { useBacktest, type Backtest } from './use_backtest';

export function BacktestSection({ text }: { text: string }) {
  const { t } = useTranslation();
  const { backtest, run, stop } = useBacktest();
  const button = backtest.running ? (
    <Button size="compact-sm" variant="default" onClick={stop}>
      {t('policy.backtest_stop')}
    </Button>
  ) : (
    <Button size="compact-sm" variant="default" onClick={() => run(text)}>
      {t('policy.backtest_run')}
    </Button>
  );
  return (
    <Section title={t('policy.backtest')} actions={button}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t('policy.backtest_text')}
        </Text>
        {backtest.running && <Running backtest={backtest} />}
        {backtest.error ? <ErrorState error={backtest.error} /> : null}
        {backtest.summary && <Result backtest={backtest} />}
      </Stack>
    </Section>
  );
}

function Running({ backtest }: { backtest: Backtest }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const amount = useAmounts();
  const done = Number(backtest.progress?.events ?? 0);
  const all = Number(backtest.progress?.of ?? 0);
  return (
    <div role="status">
      <Progress value={all > 0 ? (100 * done) / all : 0} aria-label={t('policy.backtest')} animated />
      <Text size="xs">{t('policy.backtest_progress', { done: formats.number(done), all: amount('events', all) })}</Text>
    </div>
  );
}

const sideTone: Record<number, Tone> = { [BacktestSide.NEW]: 'high', [BacktestSide.IN_FORCE]: 'good' };

const SideTag = ({ side }: { side: BacktestSide }) => <Tag tone={sideTone[side] ?? 'low'}>{useLabel()('side', side)}</Tag>;

const incidentColumn = createColumnHelper<BacktestIncident>();
const blockColumn = createColumnHelper<BacktestBlock>();

const either = (row: BacktestIncident) => row.tested ?? row.inForce;

function useResultColumns() {
  const { t } = useTranslation();
  return useMemo(() => {
    const numeric = { numeric: true };
    const incidents = [
      incidentColumn.accessor('side', { header: t('policy.col.side'), size: 110, cell: (cell) => <SideTag side={cell.getValue()} /> }),
      incidentColumn.accessor((row) => either(row)?.rule ?? '', { id: 'rule', header: t('policy.col.rule'), size: 180 }),
      incidentColumn.accessor((row) => either(row)?.subject ?? '', { id: 'subject', header: t('policy.col.subject'), size: 200 }),
      incidentColumn.accessor((row) => row.tested?.distinctCustomers ?? 0, { id: 'tested', header: t('policy.col.tested'), size: 90, meta: numeric }),
      incidentColumn.accessor((row) => row.inForce?.distinctCustomers ?? 0, { id: 'in_force', header: t('policy.col.in_force'), size: 100, meta: numeric }),
    ] as Column<BacktestIncident>[];
    const blocks = [
      blockColumn.accessor('side', { header: t('policy.col.side'), size: 110, cell: (cell) => <SideTag side={cell.getValue()} /> }),
      blockColumn.accessor('rule', { header: t('policy.col.rule'), size: 180 }),
      blockColumn.accessor((row) => `${row.user} @ ${row.host}`, { id: 'subject', header: t('policy.col.subject'), size: 200 }),
      blockColumn.accessor((row) => Number(row.tested), { id: 'tested', header: t('policy.col.tested'), size: 90, meta: numeric }),
      blockColumn.accessor((row) => Number(row.inForce), { id: 'in_force', header: t('policy.col.in_force'), size: 100, meta: numeric }),
    ] as Column<BacktestBlock>[];
    return { incidents, blocks };
  }, [t]);
}

function Result({ backtest }: { backtest: Backtest }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const amount = useAmounts();
  const columns = useResultColumns();
  const { summary, incidents, blocks } = backtest;
  if (!summary) return null;
  return (
    <Stack gap="sm" data-testid="backtest">
      <Text size="sm" role="status">
        {t('policy.backtest_summary', { events: amount('events', summary.events), from: formats.minute(summary.from), until: formats.minute(summary.until) })}
      </Text>
      {incidents.length + blocks.length === 0 && <EmptyState title={t('policy.backtest_none')} />}
      {incidents.length > 0 && (
        <>
          <Text fw={600}>{`${t('policy.backtest_incidents')} (${formats.number(incidents.length)})`}</Text>
          <DataTable label={t('policy.backtest_incidents')} rows={incidents} columns={columns.incidents} rowId={(row) => `${either(row)?.rule} ${either(row)?.subject}`} height="320px" />
        </>
      )}
      {blocks.length > 0 && (
        <>
          <Text fw={600}>{`${t('policy.backtest_blocks')} (${formats.number(blocks.length)})`}</Text>
          <DataTable label={t('policy.backtest_blocks')} rows={blocks} columns={columns.blocks} rowId={(row) => `${row.rule} ${row.user} ${row.host}`} height="320px" />
        </>
      )}
    </Stack>
  );
}
