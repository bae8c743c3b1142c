import { Button, Group, Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { users } from '@/api/clients';
import type { Role } from '@/api/session_state';
import { Confirm } from '@/components/confirm';
import { Secret } from '@/components/secret';

export const roles: Role[] = ['analyst', 'officer', 'auditor', 'admin'];
const goodName = /^[A-Za-z0-9._@-]{1,64}$/;

export function NewUser() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [opened, setOpened] = useState(false);
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('analyst');
  const create = useMutation({
    mutationFn: () => users.createUser({ name, role }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['users'] }),
  });
  const close = () => {
    setOpened(false);
    setName('');
    create.reset();
  };
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setOpened(true)}>
        {t('users.add')}
      </Button>
      <Confirm
        opened={opened}
        onClose={close}
        title={t('users.add_title')}
        text={t('users.add_text')}
        confirm={t('users.add')}
        onConfirm={() => create.mutate()}
        disabled={!goodName.test(name)}
        done={create.isSuccess}
        busy={create.isPending}
        error={create.error}
      >
        {create.data ? (
          <Secret label={t('users.once_label')} description={t('users.once_text')} value={create.data.password} />
        ) : (
          <Group grow align="flex-start">
            <TextInput label={t('users.name')} description={t('settings.token_name_hint')} inputWrapperOrder={['label', 'input', 'description']} value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
            <Select label={t('users.role_label')} value={role} onChange={(value) => setRole((value ?? 'analyst') as Role)} data={roles.map((value) => ({ value, label: t(`role.${value}`) }))} allowDeselect={false} />
          </Group>
        )}
      </Confirm>
    </>
  );
}
