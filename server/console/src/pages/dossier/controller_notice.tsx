import { TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { dossiers } from '@/api/clients';
import { Confirm } from '@/components/confirm';
import { download } from '@/format/download';
import { DossierFormat } from '@/gen/vigie/v1/dossier_service_pb';

interface NoticeProps {
  id: string;
  submission: number;
  opened: boolean;
  onClose: () => void;
}

/** What a processor tells the controller (article 33(2)). */
export function ControllerNotice({ id, submission, opened, onClose }: NoticeProps) {
  const { t } = useTranslation();
  const [controller, setController] = useState('');
  const [processor, setProcessor] = useState('');
  const save = useMutation({
    mutationFn: () => dossiers.exportDossier({ id, submission, format: DossierFormat.CONTROLLER_NOTICE, controller: controller.trim(), processor: processor.trim() }),
    onSuccess: ({ fileName, mediaType, content }) => {
      download(fileName, mediaType, new Uint8Array(content));
      onClose();
    },
  });
  const missing = controller.trim() === '' || processor.trim() === '';
  return (
    <Confirm opened={opened} onClose={onClose} title={t('dossier.notice_title')} text={t('dossier.notice_text')} confirm={t('dossier.notice_save')} onConfirm={() => save.mutate()} disabled={missing} busy={save.isPending} error={save.error}>
      <TextInput label={t('dossier.notice_controller')} value={controller} onChange={(event) => setController(event.currentTarget.value)} maxLength={120} required data-autofocus />
      <TextInput label={t('dossier.notice_processor')} value={processor} onChange={(event) => setProcessor(event.currentTarget.value)} maxLength={120} required />
    </Confirm>
  );
}
