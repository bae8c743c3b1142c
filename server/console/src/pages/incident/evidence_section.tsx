import { Button, Group, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { evidence } from '@/api/clients';
import { ErrorState } from '@/components/states';
import { Section } from '@/components/page';
import { download } from '@/format/download';
import type { EvidenceFault, EvidenceReport } from '@/gen/vigie/v1/evidence_pb';
import { useLabel } from '@/i18n/labels';
import { useFormats } from '@/i18n/use_formats';

import { joined, verdictOf } from './evidence_facts';
import classes from './incident_response.module.css';

/** What shows that the incident's events are as they were told. The collector reads all of them: only when it is asked. */
export function EvidenceSection({ id }: { id: string }) {
  const { t } = useTranslation();
  const verify = useMutation({ mutationFn: () => evidence.verifyEvidence({ incidentId: id }, { timeoutMs: 0 }) });
  const save = useMutation({ mutationFn: () => fetchFile(id), onSuccess: (file) => download(`${id}.evidence`, 'application/octet-stream', file) });
  return (
    <Section title={t('evidence.title')}>
      {!verify.data && <Text size="sm">{t('evidence.text')}</Text>}
      {verify.data && <Report report={verify.data} />}
      <Group gap="xs" mt="xs">
        <Button size="xs" variant="default" loading={verify.isPending} onClick={() => verify.mutate()}>
          {t('evidence.verify')}
        </Button>
        <Button size="xs" variant="default" loading={save.isPending} onClick={() => save.mutate()}>
          {t('evidence.export')}
        </Button>
      </Group>
      {verify.error && <ErrorState error={verify.error} />}
      {save.error && <ErrorState error={save.error} />}
    </Section>
  );
}

async function fetchFile(incidentId: string): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  for await (const { piece } of evidence.exportEvidence({ incidentId }, { timeoutMs: 0 })) pieces.push(piece);
  return joined(pieces);
}

function Report({ report }: { report: EvidenceReport }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const verdict = verdictOf(report);
  const lost = Number(report.incidentEvents) - Number(report.events);
  return (
    <>
      <Text fw={600} role="status" data-testid="evidence">
        {t(`evidence.verdict.${verdict}`)}
      </Text>
      <States report={report} />
      <Faults report={report} />
      {lost > 0 && (
        <Text size="sm" c="dimmed">
          {t('evidence.not_here', { count: lost, shown: formats.number(lost) })}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {t('evidence.verified_at', { at: formats.time(report.verifiedAt) })}
      </Text>
    </>
  );
}

function States({ report }: { report: EvidenceReport }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const line = (count: number, key: 'host' | 'collector' | 'not_chained' | 'broken') =>
    count > 0 && <li key={key}>{t(`evidence.state.${key}`, { count, shown: formats.number(count) })}</li>;
  return (
    <ul className={classes.list}>
      {line(Number(report.host), 'host')}
      {line(Number(report.collector), 'collector')}
      {line(Number(report.notChained), 'not_chained')}
      {line(Number(report.broken), 'broken')}
    </ul>
  );
}

function Faults({ report }: { report: EvidenceReport }) {
  const { t } = useTranslation();
  const formats = useFormats();
  if (report.faults.length === 0) return null;
  const others = Number(report.otherFaults);
  return (
    <ul className={classes.list} aria-label={t('evidence.faults')}>
      {report.faults.map((fault, index) => (
        <Fault key={`${fault.eventId} ${index}`} fault={fault} />
      ))}
      {others > 0 && <li>{t('evidence.other_faults', { count: others, shown: formats.number(others) })}</li>}
    </ul>
  );
}

/** In the reader's language by its kind; the collector's own sentence says where. */
function Fault({ fault }: { fault: EvidenceFault }) {
  const label = useLabel();
  return (
    <li>
      {label('evidence_fault', fault.kind)}
      {fault.eventId && ` (${fault.eventId})`}
      {!fault.eventId && (
        <Text span size="xs" c="dimmed">
          {' '}
          {fault.what}
        </Text>
      )}
    </li>
  );
}
