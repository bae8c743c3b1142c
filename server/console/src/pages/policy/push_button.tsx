import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { policies } from '@/api/clients';
import { Confirm } from '@/components/confirm';
import type { PushPolicyResponse } from '@/gen/vigie/v1/policy_service_pb';

interface PushButtonProps {
  text: string;
  version: number;
  disabled: boolean;
  onPushed: (answer: PushPolicyResponse) => void;
}

export function PushButton({ text, version, disabled, onPushed }: PushButtonProps) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(false);
  const push = useMutation({
    mutationFn: () => policies.pushPolicy({ text }),
    onSuccess: (answer) => {
      setAsked(false);
      onPushed(answer);
    },
  });
  return (
    <>
      <Button onClick={() => setAsked(true)} disabled={disabled}>
        {t('policy.push')}
      </Button>
      <Confirm
        opened={asked}
        onClose={() => setAsked(false)}
        title={t('policy.push_title', { version })}
        text={t('policy.push_text')}
        confirm={t('policy.push')}
        onConfirm={() => push.mutate()}
        busy={push.isPending}
        error={push.error}
      />
    </>
  );
}
