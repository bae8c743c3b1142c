import { Button, FileButton, Group, Progress, Text } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

import { DataTable, type Column } from '@/components/data_table';
import { Section } from '@/components/page';
import { toCsv } from '@/format/csv';
import { download } from '@/format/download';
import type { Incident } from '@/gen/vigie/v1/incident_pb';
import { useLabel } from '@/i18n/labels';
import { useFormats } from '@/i18n/use_formats';

import { affectedBy, channelsOf, firstDay, lastDay, letterRows, type Affected } from './affected';
import { useLedger, type OpenedLedger } from './use_ledger';

interface AffectedProps {
  /** With their records. */
  incidents: Incident[];
  /** What data, as the letters say it. */
  data: string;
  /** Of the file with the letters. */
  name: string;
  /** Of the letters; else the console's. */
  language?: string;
}

/** The customers by name: only here in the browser, out of the ledger that the officer opens. */
export function AffectedSection({ incidents, data, name, language }: AffectedProps) {
  const { t } = useTranslation();
  const affected = useMemo(() => affectedBy(incidents), [incidents]);
  const wanted = useMemo(() => new Set(affected.map(({ record }) => record)), [affected]);
  const ids = useMemo(() => incidents.map(({ id }) => id), [incidents]);
  const opened = useLedger(wanted, ids);
  return (
    <Section title={t('affected.title')} flush={opened.state === 'open'} actions={opened.state === 'open' && <Actions opened={opened} affected={affected} data={data} name={name} language={language} />}>
      {opened.ledger ? <List affected={affected} opened={opened} /> : <Closed opened={opened} count={affected.length} />}
    </Section>
  );
}

function Closed({ opened, count }: { opened: OpenedLedger; count: number }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <>
      <Text size="sm" mb="xs">
        {t('affected.closed', { count, shown: formats.number(count) })}
      </Text>
      {opened.state === 'reading' ? (
        <Progress value={opened.read * 100} aria-label={t('affected.reading')} />
      ) : (
        <FileButton onChange={(file) => file && opened.open(file)}>
          {(props) => (
            <Button size="xs" variant="default" {...props}>
              {t('affected.open')}
            </Button>
          )}
        </FileButton>
      )}
      {opened.fault && (
        <Text size="sm" c="var(--critical)" role="alert" mt="xs">
          {t(`affected.fault_${opened.fault}`)}
        </Text>
      )}
    </>
  );
}

function Actions({ opened, affected, data, name, language }: { opened: OpenedLedger; affected: Affected[] } & Omit<AffectedProps, 'incidents'>) {
  const { t, i18n } = useTranslation();
  const label = useLabel();
  const { ledger } = opened;
  if (!ledger) return null;
  const inLetters = i18n.getFixedT(language ?? i18n.language);
  const header = (['key', 'incidents', 'first', 'last', 'channels', 'data'] as const).map((column) => inLetters(`affected.${column}`));
  const save = () => download(`${name}.csv`, 'text/csv;charset=utf-8', toCsv(header, letterRows(affected, ledger, (channel) => label('channel', channel, language), data)));
  return (
    <Group gap="xs">
      <Button size="compact-sm" onClick={save}>
        {t('affected.letters')}
      </Button>
      <Button size="compact-sm" variant="default" onClick={opened.close}>
        {t('affected.close')}
      </Button>
    </Group>
  );
}

function List({ affected, opened }: { affected: Affected[]; opened: OpenedLedger }) {
  const { t } = useTranslation();
  const label = useLabel();
  const formats = useFormats();
  const { ledger } = opened;
  if (!ledger) return null;
  const missing = affected.filter(({ record }) => !ledger.keys.has(record)).length;
  const column = (id: string, header: string, size: number, text: (one: Affected) => string): Column<Affected> => ({
    id,
    header,
    size,
    enableSorting: false,
    cell: ({ row }) => text(row.original),
  });
  const columns = [
    column('key', t('affected.key'), 160, (one) => (ledger.canaries.has(one.record) ? t('affected.canary') : (ledger.keys.get(one.record) ?? t('affected.unknown')))),
    column('record', t('affected.record'), 90, (one) => formats.number(one.record)),
    column('first', t('affected.first'), 110, firstDay),
    column('last', t('affected.last'), 110, lastDay),
    column('channels', t('affected.channels'), 180, (one) => formats.list(channelsOf(one).map((channel) => label('channel', channel)))),
  ];
  return (
    <>
      {!opened.checked && (
        <Text size="sm" c="var(--high)" px="md" py={4} role="alert">
          {t('affected.unchecked')}
        </Text>
      )}
      {missing > 0 && (
        <Text size="sm" c="var(--high)" px="md" py={4} role="alert">
          {t('affected.missing', { count: missing, shown: formats.number(missing) })}
        </Text>
      )}
      <DataTable label={t('affected.title')} rows={affected} columns={columns} rowId={(one) => String(one.record)} height="360px" />
    </>
  );
}
