import { useTranslation } from 'react-i18next';

import { useFormats } from './use_formats';

/** "1 event", "2 events": for sentences that tell of several amounts, of which each has its own plural. */
export function useAmounts() {
  const { t } = useTranslation();
  const formats = useFormats();
  return (of: 'events' | 'customers' | 'distinct_customers' | 'workstations' | 'entries', value: number | bigint): string => t(`amount.${of}`, { count: Number(value), shown: formats.number(value) });
}
