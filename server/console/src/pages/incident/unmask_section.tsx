import { Button, Text, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { unmasking } from '@/api/clients';
import { Confirm } from '@/components/confirm';
import { Section } from '@/components/page';
import { Answered } from '@/components/states';
import { UnmaskState, type UnmaskRequest } from '@/gen/vigie/v1/unmask_service_pb';
import { useFormats } from '@/i18n/use_formats';
import { useLabel } from '@/i18n/labels';

interface UnmaskProps {
  /** Of an incident, or of an attribution. */
  subject: string;
  /** A second person has let it be seen. */
  onApproved: () => void;
  texts: UnmaskTexts;
}

/** What the section is called, what it says is not shown, and what asking is called. */
interface UnmaskTexts {
  title: string;
  masked: string;
  askTitle: string;
}

/** Where the collector does not say who they are: asks that a second person lets one see them. */
export function UnmaskSection({ subject, onApproved, texts }: UnmaskProps) {
  const query = useUnmask(subject, onApproved);
  return (
    <Section title={texts.title}>
      <Answered query={query}>{({ requests }) => <Masked subject={subject} last={requests[0]} texts={texts} />}</Answered>
    </Section>
  );
}

/** The customers of an incident. */
export function UnmaskCustomers({ incidentId }: { incidentId: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const askAgain = useCallback(() => void queries.invalidateQueries({ queryKey: ['incident', incidentId] }), [queries, incidentId]);
  return <UnmaskSection subject={incidentId} onApproved={askAgain} texts={{ title: t('affected.title'), masked: t('unmask.masked'), askTitle: t('unmask.ask_title') }} />;
}

const ownRequest = (incidentId: string) => ({
  queryKey: ['unmask', incidentId],
  queryFn: ({ signal }: { signal: AbortSignal }) => unmasking.listUnmaskRequests({ incidentId, pageSize: 1 }, { signal }),
});

/** Asks again while somebody else may decide. */
function useUnmask(subject: string, onApproved: () => void) {
  const query = useQuery({
    ...ownRequest(subject),
    refetchInterval: 3_000,
  });
  const state = query.data?.requests[0]?.state;
  useEffect(() => {
    if (state === UnmaskState.APPROVED) onApproved();
  }, [state, onApproved]);
  return query;
}

function Masked({ subject, last, texts }: { subject: string; last: UnmaskRequest | undefined; texts: UnmaskTexts }) {
  const { t } = useTranslation();
  const label = useLabel();
  const formats = useFormats();
  const waits = last?.state === UnmaskState.WAITING;
  return (
    <>
      <Text size="sm" mb="xs">
        {texts.masked}
      </Text>
      {last && (
        <Text size="sm" c="dimmed" mb="xs" role="status">
          {waits ? t('unmask.waits', { until: formats.minute(last.endsAt) }) : t('unmask.last', { state: label('unmask', last.state), at: formats.minute(last.decidedAt ?? last.askedAt) })}
        </Text>
      )}
      {!waits && <AskButton subject={subject} title={texts.askTitle} />}
    </>
  );
}

function AskButton({ subject, title }: { subject: string; title: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [opened, setOpened] = useState(false);
  const [reason, setReason] = useState('');
  const ask = useMutation({
    mutationFn: () => unmasking.requestUnmask({ incidentId: subject, reason: reason.trim() }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['unmask'] });
      setOpened(false);
    },
  });
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setOpened(true)}>
        {t('unmask.ask')}
      </Button>
      <Confirm opened={opened} onClose={() => setOpened(false)} title={title} text={t('unmask.ask_text')} confirm={t('unmask.ask')} onConfirm={() => ask.mutate()} disabled={reason.trim() === ''} busy={ask.isPending} error={ask.error}>
        <Textarea label={t('incident.reason')} value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={150} autosize minRows={2} required data-autofocus />
      </Confirm>
    </>
  );
}

/** When what was approved is over, or taken back. */
function useEnd(subject: string, shown: boolean, onEnd: () => void): void {
  const query = useQuery({ ...ownRequest(subject), refetchInterval: 5_000, enabled: shown });
  const last = query.data?.requests[0];
  const over = shown && last !== undefined && last.state !== UnmaskState.APPROVED;
  useEffect(() => {
    if (over) onEnd();
  }, [over, onEnd]);
}

/** Then the collector's answers without it replace those of this page. */
export function useEndOfUnmasking(incidentId: string, shown: boolean): void {
  const queries = useQueryClient();
  const askAgain = useCallback(() => void queries.invalidateQueries({ queryKey: ['incident', incidentId] }), [queries, incidentId]);
  useEnd(incidentId, shown, askAgain);
}

/** While the names of an attribution are shown. */
export function WatchEnd({ subject, onEnd }: { subject: string; onEnd: () => void }): null {
  useEnd(subject, true, onEnd);
  return null;
}
