import { Button, Group, Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { Role } from '@/api/session_state';
import { Confirm } from '@/components/confirm';
import { Secret } from '@/components/secret';

export const roles: Role[] = ['analyst', 'officer', 'auditor', 'admin'];
const goodName = /^[A-Za-z0-9._@-]{1,64}$/;

interface NewAccessProps {
  texts: { open: string; title: string; text: string; confirm: string; name: string; role: string; secret: string; once: string };
  /** Makes it; the answer is what is shown once: a token, a first password. */
  make: (name: string, role: Role) => Promise<string>;
  /** Of the query that lists them. */
  listKey: string;
}

/** Lets somebody in: a name, a role, and a secret that is shown once. */
export function NewAccess({ texts, make, listKey }: NewAccessProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [opened, setOpened] = useState(false);
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('analyst');
  const create = useMutation({
    mutationFn: () => make(name, role),
    onSuccess: () => void queries.invalidateQueries({ queryKey: [listKey] }),
  });
  const close = () => {
    setOpened(false);
    setName('');
    create.reset();
  };
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setOpened(true)}>
        {texts.open}
      </Button>
      <Confirm
        opened={opened}
        onClose={close}
        title={texts.title}
        text={texts.text}
        confirm={texts.confirm}
        onConfirm={() => create.mutate()}
        disabled={!goodName.test(name)}
        done={create.isSuccess}
        busy={create.isPending}
        error={create.error}
      >
        {create.data ? (
          <Secret label={texts.secret} description={texts.once} value={create.data} />
        ) : (
          <Group grow align="flex-start">
            <TextInput label={texts.name} description={t('settings.token_name_hint')} inputWrapperOrder={['label', 'input', 'description']} value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
            <Select label={texts.role} value={role} onChange={(value) => setRole((value ?? 'analyst') as Role)} data={roles.map((value) => ({ value, label: t(`role.${value}`) }))} allowDeselect={false} />
          </Group>
        )}
      </Confirm>
    </>
  );
}
