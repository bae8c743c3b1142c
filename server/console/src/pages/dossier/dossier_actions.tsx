import { Button, Group, Text, Textarea, TextInput } from '@mantine/core';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { dossiers } from '@/api/clients';
import { Confirm } from '@/components/confirm';
import { fromLocalInput } from '@/format/times';
import type { Dossier } from '@/gen/vigie/v1/dossier_pb';

interface ActionProps {
  dossier: Dossier;
  unsaved: boolean;
  onChanged: (dossier: Dossier) => void;
}

export function DossierActions(props: ActionProps) {
  return (
    <Group gap="xs">
      <SubmitButton {...props} />
      <CloseButton {...props} />
    </Group>
  );
}

function SubmitButton({ dossier, unsaved, onChanged }: ActionProps) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const [at, setAt] = useState('');
  const submit = useMutation({
    mutationFn: () => {
      const notified = fromLocalInput(at);
      return dossiers.submitPhase({ id: dossier.id, revision: dossier.revision, notifiedAt: notified ? timestampFromDate(notified) : undefined });
    },
    onSuccess: (changed) => {
      setOpened(false);
      onChanged(changed);
    },
  });
  return (
    <>
      <Button variant="default" onClick={() => setOpened(true)}>
        {t('dossier.submit')}
      </Button>
      <Confirm
        opened={opened}
        onClose={() => setOpened(false)}
        title={t('dossier.submit_title')}
        text={t('dossier.submit_text')}
        confirm={t('dossier.submit')}
        onConfirm={() => submit.mutate()}
        disabled={unsaved}
        busy={submit.isPending}
        error={submit.error}
      >
        {unsaved && <Text c="var(--high)">{t('dossier.submit_first')}</Text>}
        <TextInput label={t('dossier.notified_at')} type="datetime-local" value={at} onChange={(event) => setAt(event.currentTarget.value)} />
      </Confirm>
    </>
  );
}

function CloseButton({ dossier, unsaved, onChanged }: ActionProps) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const [reason, setReason] = useState('');
  const close = useMutation({
    mutationFn: () => dossiers.closeDossier({ id: dossier.id, revision: dossier.revision, reason: reason.trim() }),
    onSuccess: (changed) => {
      setOpened(false);
      onChanged(changed);
    },
  });
  return (
    <>
      <Button variant="default" onClick={() => setOpened(true)}>
        {t('dossier.close')}
      </Button>
      <Confirm
        opened={opened}
        onClose={() => setOpened(false)}
        title={t('dossier.close_title')}
        text={t('dossier.close_text')}
        confirm={t('dossier.close')}
        onConfirm={() => close.mutate()}
        disabled={unsaved || reason.trim() === ''}
        busy={close.isPending}
        error={close.error}
        danger
      >
        {unsaved && <Text c="var(--high)">{t('dossier.submit_first')}</Text>}
        <Textarea label={t('dossier.reason')} value={reason} onChange={(event) => setReason(event.currentTarget.value)} required data-autofocus />
      </Confirm>
    </>
  );
}
