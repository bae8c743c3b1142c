import { Select } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { users } from '@/api/clients';
import type { Role } from '@/api/session_state';
import { Confirm } from '@/components/confirm';
import { Secret } from '@/components/secret';
import type { UserStatus } from '@/gen/vigie/v1/user_service_pb';

import { roles } from './new_access';

export type UserAction = 'role' | 'disable' | 'enable' | 'reset' | 'remove';

/** The one-time password, where one is made. */
async function carryOut(action: UserAction, name: string, role: Role): Promise<string> {
  if (action === 'role') await users.setUserRole({ name, role });
  if (action === 'disable' || action === 'enable') await users.setUserDisabled({ name, disabled: action === 'disable' });
  if (action === 'remove') await users.removeUser({ name });
  return action === 'reset' ? (await users.resetPassword({ name })).password : '';
}

/** Asks before a user is changed. Mounted anew for each. */
export function UserDialog({ user, action, onClose }: { user: UserStatus; action: UserAction; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [role, setRole] = useState(user.role as Role);
  const change = useMutation({
    mutationFn: () => carryOut(action, user.name, role),
    onSuccess: (password) => {
      void queries.invalidateQueries({ queryKey: ['users'] });
      void queries.invalidateQueries({ queryKey: ['tokens'] });
      if (!password) onClose();
    },
  });
  return (
    <Confirm
      opened
      onClose={onClose}
      title={t(`users.${action}_title`, { name: user.name })}
      text={t(`users.${action}_text`)}
      confirm={t(`users.${action}`)}
      onConfirm={() => change.mutate()}
      disabled={action === 'role' && role === user.role}
      done={Boolean(change.data)}
      busy={change.isPending}
      error={change.error}
      danger={action === 'disable' || action === 'remove'}
    >
      {action === 'role' && (
        <Select label={t('users.role_label')} value={role} onChange={(value) => setRole((value ?? user.role) as Role)} data={roles.map((value) => ({ value, label: t(`role.${value}`) }))} allowDeselect={false} />
      )}
      {change.data && <Secret label={t('users.once_label')} description={t('users.once_text')} value={change.data} />}
    </Confirm>
  );
}
