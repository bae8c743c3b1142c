import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { Section } from '@/components/page';
import { useNow } from '@/components/use_now';
import { formatCountdown, millis } from '@/format/times';
import { DossierState, type Dossier } from '@/gen/vigie/v1/dossier_pb';
import { useFormats } from '@/i18n/use_formats';

import classes from './clock.module.css';

const day = 86_400_000;

/** Runs until the initial notification, then says whether it was in time; or until the dossier is closed without one. */
export function Clock({ dossier }: { dossier: Dossier }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const now = useNow(1_000);
  const first = dossier.submissions[0];
  const closed = dossier.state === DossierState.CLOSED;
  const left = millis(dossier.deadline) - now;
  const words = () => {
    if (first) return t(first.late ? 'dossier.notified_late' : 'dossier.notified', { at: formats.minute(first.notifiedAt) });
    if (closed) return t('dossier.closed_unnotified');
    return t(left >= 0 ? 'dossier.left' : 'dossier.over', formatCountdown(left));
  };
  const tone = first ? (first.late ? 'critical' : 'good') : closed ? 'calm' : left < 0 ? 'critical' : left < day ? 'high' : 'calm';
  return (
    <Section title={t('dossier.clock')}>
      <div className={classes.time} data-tone={tone} role="timer" aria-live="off">
        {words()}
      </div>
      <Text size="sm" c="dimmed">
        {t('dossier.deadline', { at: formats.minute(dossier.deadline) })}
      </Text>
    </Section>
  );
}
