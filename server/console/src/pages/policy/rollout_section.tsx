import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { policies } from '@/api/clients';
import { errorKind } from '@/api/errors';
import { useMay } from '@/api/session';
import { Confirm } from '@/components/confirm';
import { Section } from '@/components/page';
import { Answered } from '@/components/states';
import type { Ring } from '@/gen/vigie/v1/fleet_service_pb';
import { useFormats } from '@/i18n/use_formats';

import { stepsOf, type Steps } from './next_steps';
import { useRings } from './use_rings';

/** What each ring runs, how many have applied it, and the next step. */
export function RolloutSection() {
  const { t } = useTranslation();
  const query = useRings();
  return (
    <Section title={t('policy.rollout')}>
      <Answered query={query}>
        {({ rings }) => rings.map((ring, place) => <RingRow key={ring.name} ring={ring} steps={stepsOf(rings, place)} last={place === rings.length - 1} />)}
      </Answered>
    </Section>
  );
}

function RingRow({ ring, steps, last }: { ring: Ring; steps: Steps; last: boolean }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const may = useMay('pushPolicy');
  const runs = ring.policyVersion === 0 ? t('policy.none') : t('policy.version', { version: ring.policyVersion });
  return (
    <Group justify="space-between" py={6} wrap="nowrap" role="group" aria-label={t('policy.ring', { ring: ring.name })}>
      <div>
        <Text fw={600}>
          {ring.name}: {runs}
        </Text>
        {last && (
          <Text size="xs" c="dimmed">
            {t('policy.ring_last')}
          </Text>
        )}
        <Text size="xs">{t('policy.ring_applied', { applied: formats.number(ring.applied), workstations: formats.number(ring.workstations) })}</Text>
        {ring.since && (
          <Text size="xs" c="dimmed">
            {formats.time(ring.since)} {ring.setBy && t('policy.by', { who: ring.setBy })}
          </Text>
        )}
      </div>
      {may && <RingActions ring={ring} steps={steps} />}
    </Group>
  );
}

function RingActions({ ring, steps: { promote, back } }: { ring: Ring; steps: Steps }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<'promote' | 'back' | null>(null);
  const close = () => setAsked(null);
  return (
    <Group gap="xs" wrap="nowrap" flex="none">
      {promote && (
        <Button size="compact-xs" onClick={() => setAsked('promote')}>
          {t('policy.promote')}
        </Button>
      )}
      {back && (
        <Button size="compact-xs" variant="default" onClick={() => setAsked('back')}>
          {t('policy.back')}
        </Button>
      )}
      {asked === 'promote' && promote && (
        <Step title={t('policy.promote_title', { version: promote.version, ring: ring.name })} text={t('policy.promote_text')} confirm={t('policy.promote')} run={() => policies.promotePolicy(promote)} onClose={close} />
      )}
      {asked === 'back' && back && (
        <Step title={t('policy.back_title', { version: back.version, ring: ring.name })} text={t('policy.back_text', { version: back.to, ring: ring.name })} confirm={t('policy.back')} run={() => policies.rollBackPolicy(back)} onClose={close} danger />
      )}
    </Group>
  );
}

interface StepProps {
  title: string;
  text: string;
  confirm: string;
  run: () => Promise<unknown>;
  onClose: () => void;
  danger?: boolean;
}

/** What was shown when it was opened is what is done: if the rings have moved on, the collector refuses and they are asked again. */
function Step({ title, text, confirm, run, onClose, danger }: StepProps) {
  const queries = useQueryClient();
  const [shown] = useState({ title, text, run });
  const askAgain = () => Promise.all([queries.invalidateQueries({ queryKey: ['rings'] }), queries.invalidateQueries({ queryKey: ['policy'] }), queries.invalidateQueries({ queryKey: ['agents'] })]);
  const step = useMutation({
    mutationFn: shown.run,
    onSuccess: async () => {
      await askAgain();
      onClose();
    },
    onError: (error) => {
      if (errorKind(error) === 'conflict') void askAgain();
    },
  });
  const gone = step.error !== null && errorKind(step.error) === 'conflict';
  return (
    <Confirm opened onClose={onClose} title={shown.title} text={shown.text} confirm={confirm} onConfirm={() => step.mutate()} busy={step.isPending} disabled={gone} error={step.error} danger={danger ?? false} />
  );
}
