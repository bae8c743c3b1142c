import { Button, Menu } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { dossiers } from '@/api/clients';
import { Problem } from '@/components/confirm';
import { download } from '@/format/download';
import { DossierFormat } from '@/gen/vigie/v1/dossier_service_pb';

import { ControllerNotice } from './controller_notice';

/** As it is now, or as it was submitted. The collector writes the file; the browser only keeps it. */
export function ExportMenu({ id, submission = 0 }: { id: string; submission?: number }) {
  const { t } = useTranslation();
  const [notice, setNotice] = useState(false);
  const save = useMutation({
    mutationFn: (format: DossierFormat) => dossiers.exportDossier({ id, format, submission }),
    onSuccess: ({ fileName, mediaType, content }) => download(fileName, mediaType, new Uint8Array(content)),
  });
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button variant="default" size={submission ? 'compact-xs' : 'sm'} loading={save.isPending}>
            {t('dossier.export')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => save.mutate(DossierFormat.HTML)}>{t('dossier.export_html')}</Menu.Item>
          <Menu.Item onClick={() => save.mutate(DossierFormat.JSON)}>{t('dossier.export_json')}</Menu.Item>
          <Menu.Item onClick={() => setNotice(true)}>{t('dossier.export_notice')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {save.error ? <Problem error={save.error} /> : null}
      <ControllerNotice id={id} submission={submission} opened={notice} onClose={() => setNotice(false)} />
    </>
  );
}
