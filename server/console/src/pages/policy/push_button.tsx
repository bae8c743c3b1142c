import { Button, Select } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { policies } from '@/api/clients';
import { Confirm } from '@/components/confirm';
import type { RolloutResponse } from '@/gen/vigie/v1/policy_service_pb';

import { useRings } from './use_rings';

export interface Pushed {
  answer: RolloutResponse;
  /** The last ring that got it; empty = all did. */
  through: string;
}

interface PushButtonProps {
  text: string;
  version: number;
  disabled: boolean;
  onPushed: (pushed: Pushed) => void;
}

/** To the first ring, unless somebody wants more; with one ring there is nothing to choose. */
export function PushButton({ text, version, disabled, onPushed }: PushButtonProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const names = useRings().data?.rings.map(({ name }) => name) ?? [];
  const [asked, setAsked] = useState(false);
  const [wanted, setWanted] = useState<string | null>(null);
  const through = wanted ?? names[0] ?? '';
  const everywhere = through === names.at(-1);
  const push = useMutation({
    mutationFn: () => policies.rollOutPolicy({ text, through }),
    onSuccess: (answer) => {
      setAsked(false);
      void queries.invalidateQueries({ queryKey: ['rings'] });
      onPushed({ answer, through: everywhere ? '' : through });
    },
  });
  return (
    <>
      <Button onClick={() => setAsked(true)} disabled={disabled || names.length === 0}>
        {t('policy.push')}
      </Button>
      <Confirm
        opened={asked}
        onClose={() => setAsked(false)}
        title={everywhere ? t('policy.push_title', { version }) : t('policy.rollout_title', { version, ring: through })}
        text={everywhere ? t('policy.push_text') : t('policy.rollout_text')}
        confirm={t('policy.push')}
        onConfirm={() => push.mutate()}
        busy={push.isPending}
        error={push.error}
      >
        {names.length > 1 && <Select label={t('policy.through')} data={names} value={through} onChange={setWanted} allowDeselect={false} />}
      </Confirm>
    </>
  );
}
