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
        {({ rings }) => rings.map((ring, place) => <RingRow key={ring.name} ring={ring} steps={stepsOf(rings, place)} last={rings[rings.length - 1] ?? ring} />)}
      </Answered>
    </Section>
  );
}

/** What `last`, the ring behind all others, runs is in force for all. */
function RingRow({ ring, steps, last }: { ring: Ring; steps: Steps; last: Ring }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const may = useMay('pushPolicy');
  const runs = ring.policyVersion === 0 ? t('policy.none') : t('policy.version', { version: ring.policyVersion });
  return (
    <Group justify="space-between" py={6} gap="xs" role="group" aria-label={t('policy.ring', { ring: ring.name })}>
      <div>
        <Text fw={600}>
          {ring.name}: {runs}
        </Text>
        {ring === last && (
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
      {may && <RingActions ring={ring} steps={steps} last={last} />}
    </Group>
  );
}

interface Asked {
  title: string;
  text: string;
  confirm: string;
  run: () => Promise<unknown>;
  danger: boolean;
}

function RingActions({ ring, steps: { promote, back }, last }: { ring: Ring; steps: Steps; last: Ring }) {
  const { t } = useTranslation();
  const told = (text: string, forAll: boolean) => (forAll ? `${text} ${t('policy.for_all_text')}` : text);
  const [asked, setAsked] = useState<Asked | null>(null);
  const askPromotion = (step: NonNullable<Steps['promote']>) =>
    setAsked({
      title: t('policy.promote_title', { version: step.version, ring: ring.name }),
      text: told(t('policy.promote_text'), ring === last),
      confirm: t('policy.promote'),
      run: () => policies.promotePolicy(step),
      danger: false,
    });
  const askBack = (step: NonNullable<Steps['back']>) =>
    setAsked({
      title: t('policy.back_title', { version: step.version, ring: ring.name }),
      text: told(t('policy.back_text', { version: step.to, ring: ring.name }), last.policyVersion === step.version),
      confirm: t('policy.back'),
      run: () => policies.rollBackPolicy({ version: step.version, from: step.from }),
      danger: true,
    });
  return (
    <Group gap="xs" wrap="nowrap" flex="none">
      {promote && (
        <Button size="compact-xs" onClick={() => askPromotion(promote)}>
          {t('policy.promote')}
        </Button>
      )}
      {back && (
        <Button size="compact-xs" variant="default" onClick={() => askBack(back)}>
          {t('policy.back')}
        </Button>
      )}
      {asked && <Step asked={asked} onClose={() => setAsked(null)} />}
    </Group>
  );
}

/** What was shown when it was opened is what is done: if the rings have moved on, the collector refuses, and they are shown anew behind it. */
function Step({ asked, onClose }: { asked: Asked; onClose: () => void }) {
  const queries = useQueryClient();
  const askAgain = () => Promise.all(['rings', 'policy', 'agents'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
  const step = useMutation({
    mutationFn: asked.run,
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
    <Confirm opened onClose={onClose} title={asked.title} text={asked.text} confirm={asked.confirm} onConfirm={() => step.mutate()} busy={step.isPending} disabled={gone} error={step.error} danger={asked.danger} />
  );
}
