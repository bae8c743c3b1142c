import { createColumnHelper } from '@tanstack/react-table';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

import { Tag } from '@/components/badges';
import type { Column } from '@/components/data_table';
import { millis } from '@/format/times';
import type { AuditEntry } from '@/gen/vigie/v1/audit_service_pb';
import { useFormats } from '@/i18n/use_formats';
import { useLabel } from '@/i18n/labels';

const column = createColumnHelper<AuditEntry>();

const fine = ['OK', 'STARTED'];

export function useAuditColumns(): Column<AuditEntry>[] {
  const { t } = useTranslation();
  const label = useLabel();
  const formats = useFormats();
  return useMemo(
    () =>
      [
        column.accessor((entry) => Number(entry.number), { id: 'number', header: t('audit.col.number'), size: 75, meta: { numeric: true } }),
        column.accessor((entry) => millis(entry.at), { id: 'at', header: t('audit.col.at'), size: 195, cell: (cell) => formats.time(cell.row.original.at) }),
        column.accessor('who', { header: t('audit.col.who'), size: 120 }),
        column.accessor('role', { header: t('audit.col.role'), size: 85 }),
        column.accessor('address', { header: t('audit.col.address'), size: 150 }),
        column.accessor('method', { header: t('audit.col.method'), size: 240, cell: (cell) => <span className="mono">{cell.getValue()}</span> }),
        column.accessor((entry) => label('access', entry.access), { id: 'access', header: t('audit.col.access'), size: 95 }),
        column.accessor('asked', { header: t('audit.col.asked'), size: 220, enableSorting: false, cell: (cell) => <span className="mono" title={cell.getValue()}>{cell.getValue()}</span> }),
        column.accessor('outcome', { header: t('audit.col.outcome'), size: 165, cell: (cell) => <Tag tone={fine.includes(cell.getValue()) ? 'low' : 'critical'}>{cell.getValue()}</Tag> }),
        column.accessor((entry) => Number(entry.customers), { id: 'customers', header: t('audit.col.customers'), size: 95, meta: { numeric: true }, cell: (cell) => formats.number(cell.getValue()) }),
      ] as Column<AuditEntry>[],
    [t, label, formats],
  );
}
