import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { Button, Group, NumberInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { enrollment } from '@/api/clients';
import { Confirm } from '@/components/confirm';
import { Secret } from '@/components/secret';
import { useFormats } from '@/i18n/use_formats';

const hour = 3_600_000;

export function EnrolmentButton() {
  const { t } = useTranslation();
  const formats = useFormats();
  const [opened, setOpened] = useState(false);
  const [hours, setHours] = useState(24);
  const [uses, setUses] = useState(1);
  const create = useMutation({ mutationFn: () => enrollment.createEnrollmentToken({ validFor: durationFromMs(hours * hour), uses }) });
  const close = () => {
    setOpened(false);
    create.reset();
  };
  return (
    <>
      <Button variant="default" onClick={() => setOpened(true)}>
        {t('fleet.enrol')}
      </Button>
      <Confirm
        opened={opened}
        onClose={close}
        title={t('fleet.enrol_title')}
        text={t('fleet.enrol_text')}
        confirm={t('fleet.enrol_create')}
        onConfirm={() => create.mutate()}
        busy={create.isPending}
        done={create.isSuccess}
        error={create.error}
      >
        {create.data ? (
          <Secret label={t('fleet.token')} description={t('fleet.token_once', { until: formats.minute(create.data.expiresAt) })} value={create.data.token} />
        ) : (
          <Group grow>
            <NumberInput label={t('fleet.enrol_hours')} min={1} max={720} value={hours} onChange={(value) => setHours(Number(value) || 1)} />
            <NumberInput label={t('fleet.enrol_uses')} min={1} max={100_000} value={uses} onChange={(value) => setUses(Number(value) || 1)} />
          </Group>
        )}
      </Confirm>
    </>
  );
}
