import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { Tag } from '@/components/badges';
import { Section } from '@/components/page';
import type { VerifyAuditResponse } from '@/gen/vigie/v1/audit_service_pb';
import { useAmounts } from '@/i18n/use_amounts';
import { useFormats } from '@/i18n/use_formats';

export function ChainVerdict({ verdict }: { verdict: VerifyAuditResponse }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const amount = useAmounts();
  const title = verdict.good ? t('audit.verified') : t('audit.broken', { faulty: formats.number(verdict.faulty) });
  const counts = { entries: amount('entries', verdict.entries), first: formats.number(verdict.first), last: formats.number(verdict.last) };
  return (
    <Section title={t('audit.verify')}>
      <div role="status">
        <Tag tone={verdict.good ? 'good' : 'critical'}>{title}</Tag>
        <Text size="sm" mt="xs">
          {verdict.fault || t('audit.verified_text', counts)}
        </Text>
        <Text size="sm">
          {t('audit.hash')}: <span className="mono">{verdict.hash}</span>
        </Text>
      </div>
    </Section>
  );
}
