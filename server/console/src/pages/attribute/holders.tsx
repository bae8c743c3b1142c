import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { DataTable, type Column } from '@/components/data_table';
import { Figure, Figures } from '@/components/facts';
import { Section } from '@/components/page';
import { EmptyState } from '@/components/states';
import type { AttributedHolder, AttributeUploadResponse } from '@/gen/vigie/v1/attribution_service_pb';
import { Evaluated } from '@/gen/vigie/v1/finding_pb';
import { useLabel } from '@/i18n/labels';
import { useFormats } from '@/i18n/use_formats';

import { chanceOf } from './chance';

export function Holders({ answer }: { answer: AttributeUploadResponse }) {
  const { t } = useTranslation();
  const label = useLabel();
  const formats = useFormats();
  const holders = answer.attribution?.holders ?? [];
  const reasons = formats.list(answer.reasons.map((reason) => label('reason', reason)));
  return (
    <>
      <Figures>
        <Figure name={t('attribute.customers')} value={formats.number(answer.customers)} note={t('attribute.of', { all: formats.number(answer.population) })} />
        <Figure name={t('attribute.held')} value={formats.number(answer.attribution?.held ?? 0n)} />
        <Figure name={t('attribute.candidates')} value={formats.number(answer.attribution?.candidates ?? 0n)} />
      </Figures>
      <Section title={t('attribute.result')} flush>
        {answer.evaluated !== Evaluated.FULL && (
          <Text px="md" py="xs" c="var(--high)" role="alert">
            {t('attribute.not_all', { reasons: reasons || label('evaluated', answer.evaluated) })}
          </Text>
        )}
        {holders.length > 0 ? <Ranking holders={holders} masked={answer.attribution?.masked ?? false} /> : <Nobody found={answer.customers > 0n} />}
      </Section>
    </>
  );
}

function Nobody({ found }: { found: boolean }) {
  const { t } = useTranslation();
  return found ? <EmptyState title={t('attribute.nobody')} text={t('attribute.nobody_text')} /> : <EmptyState title={t('attribute.no_customer')} text={t('attribute.no_customer_text')} />;
}

function Ranking({ holders, masked }: { holders: AttributedHolder[]; masked: boolean }) {
  const { t } = useTranslation();
  const columns = useHolderColumns(masked);
  return (
    <>
      <DataTable label={t('attribute.ranking')} rows={holders} columns={columns} rowId={(holder) => `${holder.user}\n${holder.host}`} height="420px" />
      <Text size="sm" c="dimmed" px="md" py="xs">
        {t('attribute.chance_text')}
      </Text>
    </>
  );
}

function useHolderColumns(masked: boolean): Column<AttributedHolder>[] {
  const { t } = useTranslation();
  const label = useLabel();
  const formats = useFormats();
  const power = (log10: number) => t(`attribute.chance_${chanceOf(log10).kind}`, { power: formats.number(chanceOf(log10).power) });
  const column = (name: string, size: number, text: (holder: AttributedHolder) => string, numeric = false): Column<AttributedHolder> => ({
    id: name,
    header: name,
    size,
    enableSorting: false,
    cell: ({ row }) => text(row.original),
    meta: { numeric },
  });
  const told = (text: (holder: AttributedHolder) => string) => (masked ? () => t('attribute_mask.not_told') : text);
  return [
    column(t('attribute.user'), masked ? 160 : 130, (holder) => holder.user),
    column(t('attribute.host'), masked ? 160 : 120, (holder) => holder.host),
    column(t('attribute.coverage'), 90, (holder) => formats.percent(holder.coverage), true),
    column(t('attribute.customers'), 100, (holder) => formats.number(holder.customers), true),
    column(t('attribute.chance'), 150, (holder) => power(holder.log10Chance)),
    column(t('attribute.chance_next'), 150, (holder) => (holder.log10ChanceOverNext === undefined ? '–' : power(holder.log10ChanceOverNext))),
    column(t('attribute.at_once'), 90, (holder) => formats.number(holder.mostInOneEvent), true),
    column(t('attribute.handles'), 90, told((holder) => formats.number(holder.touched)), true),
    column(t('attribute.first'), 140, told((holder) => formats.minute(holder.firstSeen))),
    column(t('attribute.last'), 140, told((holder) => formats.minute(holder.lastSeen))),
    column(t('attribute.channels'), 150, (holder) => holder.channels.map((channel) => label('channel', channel)).join(', ')),
  ];
}
