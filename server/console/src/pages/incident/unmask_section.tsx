import { Button, Text, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { unmasking } from '@/api/clients';
import { Confirm } from '@/components/confirm';
import { Section } from '@/components/page';
import { Answered } from '@/components/states';
import { UnmaskState, type UnmaskRequest } from '@/gen/vigie/v1/unmask_service_pb';
import { useFormats } from '@/i18n/use_formats';
import { useLabel } from '@/i18n/labels';

/** Where the collector does not say which customers they are: asks that a second person lets one see them. */
export function UnmaskSection({ incidentId }: { incidentId: string }) {
  const { t } = useTranslation();
  const query = useUnmask(incidentId);
  return (
    <Section title={t('affected.title')}>
      <Answered query={query}>{({ requests }) => <Masked incidentId={incidentId} last={requests[0]} />}</Answered>
    </Section>
  );
}

const ownRequest = (incidentId: string) => ({
  queryKey: ['unmask', incidentId],
  queryFn: ({ signal }: { signal: AbortSignal }) => unmasking.listUnmaskRequests({ incidentId, pageSize: 1 }, { signal }),
});

/** Asks again while somebody else may decide; when that changes, the incident is asked for again, too. */
function useUnmask(incidentId: string) {
  const queries = useQueryClient();
  const query = useQuery({
    ...ownRequest(incidentId),
    refetchInterval: 3_000,
  });
  const state = query.data?.requests[0]?.state;
  useEffect(() => {
    if (state === UnmaskState.APPROVED) void queries.invalidateQueries({ queryKey: ['incident', incidentId] });
  }, [state, incidentId, queries]);
  return query;
}

function Masked({ incidentId, last }: { incidentId: string; last: UnmaskRequest | undefined }) {
  const { t } = useTranslation();
  const label = useLabel();
  const formats = useFormats();
  const waits = last?.state === UnmaskState.WAITING;
  return (
    <>
      <Text size="sm" mb="xs">
        {t('unmask.masked')}
      </Text>
      {last && (
        <Text size="sm" c="dimmed" mb="xs" role="status">
          {waits ? t('unmask.waits', { until: formats.minute(last.endsAt) }) : t('unmask.last', { state: label('unmask', last.state), at: formats.minute(last.decidedAt ?? last.askedAt) })}
        </Text>
      )}
      {!waits && <AskButton incidentId={incidentId} />}
    </>
  );
}

function AskButton({ incidentId }: { incidentId: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [opened, setOpened] = useState(false);
  const [reason, setReason] = useState('');
  const ask = useMutation({
    mutationFn: () => unmasking.requestUnmask({ incidentId, reason: reason.trim() }),
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
      <Confirm opened={opened} onClose={() => setOpened(false)} title={t('unmask.ask_title')} text={t('unmask.ask_text')} confirm={t('unmask.ask')} onConfirm={() => ask.mutate()} disabled={reason.trim() === ''} busy={ask.isPending} error={ask.error}>
        <Textarea label={t('incident.reason')} value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={150} autosize minRows={2} required data-autofocus />
      </Confirm>
    </>
  );
}

/** When what was approved is over, or taken back, the collector's answers without it replace those of this page. */
export function useEndOfUnmasking(incidentId: string, shown: boolean): void {
  const queries = useQueryClient();
  const query = useQuery({ ...ownRequest(incidentId), refetchInterval: 5_000, enabled: shown });
  const last = query.data?.requests[0];
  const over = shown && last !== undefined && last.state !== UnmaskState.APPROVED;
  useEffect(() => {
    if (over) void queries.invalidateQueries({ queryKey: ['incident', incidentId] });
  }, [over, incidentId, queries]);
}
