import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { Tag } from '@/components/badges';
import { Section } from '@/components/page';
import type { Dossier } from '@/gen/vigie/v1/dossier_pb';
import { useFormats } from '@/i18n/use_formats';
import { useLabel } from '@/i18n/labels';

import { ExportMenu } from './export_menu';

export function Submissions({ dossier }: { dossier: Dossier }) {
  const { t } = useTranslation();
  const label = useLabel();
  const formats = useFormats();
  return (
    <Section title={t('dossier.phases')}>
      {dossier.submissions.length === 0 && <Text c="dimmed">{t('dossier.phases_none')}</Text>}
      {dossier.submissions.map((submission) => (
        <div key={submission.number}>
          <strong>{`${submission.number}. ${label('phase', submission.phase)}`}</strong> {submission.late && <Tag tone="critical">{t('dossier.late')}</Tag>}
          <Text size="sm">{t('dossier.notified', { at: formats.minute(submission.notifiedAt) })}</Text>
          <Text size="xs" c="dimmed">
            {t('dossier.phase_by', { who: submission.by, at: formats.minute(submission.at) })}
          </Text>
          <ExportMenu id={dossier.id} submission={submission.number} />
        </div>
      ))}
      {dossier.changedSinceSubmission && dossier.submissions.length > 0 && (
        <Text size="sm" c="var(--high)" mt="sm">
          {t('dossier.changed')}
        </Text>
      )}
    </Section>
  );
}
