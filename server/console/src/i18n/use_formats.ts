import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

import { formatBytes, formatList, formatNumber, formatPercent } from '@/format/numbers';
import { formatAge, formatClock, formatDuration, formatMinute, formatTime } from '@/format/times';

// English with the day first: 03/04 is read in Europe, and a deadline stands there.
const locales: Record<string, string> = { en: 'en-GB', fr: 'fr-FR' };

type Moment = Timestamp | Date | undefined;

/** Numbers and times as the language of the page writes them; "–" for what is not there. */
export function useFormats() {
  const { i18n } = useTranslation();
  const language = locales[i18n.language] ?? i18n.language;
  return useMemo(() => {
    const moment = (format: (language: string, at: Timestamp | Date) => string) => (at: Moment) => (at ? format(language, at) : '–');
    return {
      language,
      number: (value: number | bigint) => formatNumber(language, value),
      percent: (value: number) => formatPercent(language, value),
      bytes: (value: number | bigint) => formatBytes(language, value),
      list: (items: string[]) => formatList(language, items),
      time: moment(formatTime),
      minute: moment(formatMinute),
      clock: moment(formatClock),
      duration: (value: number, unitDisplay?: 'long' | 'short') => formatDuration(language, value, unitDisplay),
      age: (at: Moment, now: number) => (at ? formatAge(language, at, now) : '–'),
    };
  }, [language]);
}
