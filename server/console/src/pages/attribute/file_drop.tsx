import { Button, FileButton, Progress, Text } from '@mantine/core';
import { Code, ConnectError } from '@connectrpc/connect';
import { useState, type DragEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { ErrorState } from '@/components/states';
import { useFormats } from '@/i18n/use_formats';

import type { Attributed } from './use_attribution';
import classes from './file_drop.module.css';

export function FileDrop({ attributed, mostBytes }: { attributed: Attributed; mostBytes: number }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) attributed.begin(file);
  };
  const drag = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  const busy = attributed.state === 'sending' || attributed.state === 'inspecting';
  return (
    <div className={classes.drop} data-over={over} onDrop={drop} onDragOver={drag} onDragLeave={() => setOver(false)}>
      {busy ? (
        <Running attributed={attributed} />
      ) : (
        <>
          <Text>{t('attribute.drop')}</Text>
          <FileButton onChange={(file) => file && attributed.begin(file)}>{(props) => <Button {...props}>{t('attribute.choose')}</Button>}</FileButton>
          <Text size="sm" c="dimmed">
            {t('attribute.kept', { most: formats.bytes(mostBytes) })}
          </Text>
        </>
      )}
      {attributed.state === 'failed' && <Failed error={attributed.error} most={formats.bytes(mostBytes)} />}
    </div>
  );
}

function Running({ attributed }: { attributed: Attributed }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const inspecting = attributed.state === 'inspecting';
  return (
    <>
      <Text className={classes.name}>{attributed.name}</Text>
      <Progress className={classes.progress} value={attributed.sent * 100} animated={inspecting} aria-label={t('attribute.progress')} />
      <Text size="sm" role="status">
        {inspecting ? t('attribute.inspecting') : t('attribute.sending', { share: formats.percent(attributed.sent) })}
      </Text>
      <Button variant="default" size="xs" onClick={attributed.stop}>
        {t('action.cancel')}
      </Button>
    </>
  );
}

function Failed({ error, most }: { error: unknown; most: string }) {
  const { t } = useTranslation();
  const tooLarge = error instanceof ConnectError && error.code === Code.OutOfRange;
  return tooLarge ? (
    <Text c="var(--critical)" role="alert">
      {t('attribute.too_large', { most })}
    </Text>
  ) : (
    <ErrorState error={error} />
  );
}
