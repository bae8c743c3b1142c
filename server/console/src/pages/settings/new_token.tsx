import { Button, Group, Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { access } from '@/api/clients';
import type { Role } from '@/api/session_state';
import { Confirm } from '@/components/confirm';
import { Secret } from '@/components/secret';

const roles: Role[] = ['analyst', 'officer', 'auditor', 'admin'];
const goodName = /^[A-Za-z0-9._@-]{1,64}$/;

export function NewToken() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [opened, setOpened] = useState(false);
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('analyst');
  const create = useMutation({
    mutationFn: () => access.createApiToken({ name, role }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['tokens'] }),
  });
  const close = () => {
    setOpened(false);
    setName('');
    create.reset();
  };
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setOpened(true)}>
        {t('settings.token_new')}
      </Button>
      <Confirm
        opened={opened}
        onClose={close}
        title={t('settings.token_new_title')}
        text={t('settings.token_new_text')}
        confirm={t('settings.token_create')}
        onConfirm={() => create.mutate()}
        disabled={!goodName.test(name)}
        done={create.isSuccess}
        busy={create.isPending}
        error={create.error}
      >
        {create.data ? (
          <Secret label={t('settings.token')} description={t('settings.token_once')} value={create.data.token} />
        ) : (
          <Group grow align="flex-start">
            <TextInput label={t('settings.token_name')} description={t('settings.token_name_hint')} inputWrapperOrder={['label', 'input', 'description']} value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
            <Select label={t('settings.token_role')} value={role} onChange={(value) => setRole((value ?? 'analyst') as Role)} data={roles.map((value) => ({ value, label: t(`role.${value}`) }))} allowDeselect={false} />
          </Group>
        )}
      </Confirm>
    </>
  );
}
