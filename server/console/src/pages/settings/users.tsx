import { Button, Menu, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { users } from '@/api/clients';
import { useMay } from '@/api/session';
import type { Role } from '@/api/session_state';
import { Section } from '@/components/page';
import { Answered, EmptyState } from '@/components/states';
import type { UserStatus } from '@/gen/vigie/v1/user_service_pb';
import { useFormats } from '@/i18n/use_formats';

import { NewAccess } from './new_access';
import { UserDialog, type UserAction } from './user_dialog';

interface Chosen {
  user: UserStatus;
  action: UserAction;
}

function NewUser() {
  const { t } = useTranslation();
  const texts = {
    open: t('users.add'),
    title: t('users.add_title'),
    text: t('users.add_text'),
    confirm: t('users.add'),
    name: t('users.name'),
    role: t('users.role_label'),
    secret: t('users.once_label'),
    once: t('users.once_text'),
  };
  return <NewAccess texts={texts} listKey="users" make={async (name, role) => (await users.createUser({ name, role })).password} />;
}

export function Users() {
  const { t } = useTranslation();
  const mayChange = useMay('changeUsers');
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const query = useQuery({ queryKey: ['users'], queryFn: ({ signal }) => users.listUsers({}, { signal }) });
  return (
    <Section title={t('users.title')} actions={mayChange && <NewUser />}>
      <Text size="sm" c="dimmed" mb="xs">
        {t('users.text')}
      </Text>
      <Answered query={query}>
        {({ users: all }) => (all.length === 0 ? <EmptyState title={t('users.none')} /> : <UserTable all={all} onChoose={mayChange ? setChosen : undefined} />)}
      </Answered>
      {chosen && <UserDialog key={`${chosen.user.name} ${chosen.action}`} user={chosen.user} action={chosen.action} onClose={() => setChosen(null)} />}
    </Section>
  );
}

function UserTable({ all, onChoose }: { all: UserStatus[]; onChoose: ((chosen: Chosen) => void) | undefined }) {
  const { t } = useTranslation();
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table verticalSpacing="xs" aria-label={t('users.title')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('users.name')}</Table.Th>
            <Table.Th>{t('users.role_label')}</Table.Th>
            <Table.Th>{t('users.state')}</Table.Th>
            <Table.Th>{t('users.password_set')}</Table.Th>
            {onChoose && (
              <Table.Th>
                <span className="visually-hidden">{t('users.actions')}</span>
              </Table.Th>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {all.map((user) => (
            <UserRow key={user.name} user={user} onChoose={onChoose} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function stateOf(user: UserStatus): 'disabled' | 'once' | 'enabled' {
  if (user.disabled) return 'disabled';
  return user.oneTimePassword ? 'once' : 'enabled';
}

function UserRow({ user, onChoose }: { user: UserStatus; onChoose: ((chosen: Chosen) => void) | undefined }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const actions: UserAction[] = ['role', user.disabled ? 'enable' : 'disable', 'reset', 'remove'];
  return (
    <Table.Tr>
      <Table.Td>{user.name}</Table.Td>
      <Table.Td>{t(`role.${user.role as Role}`)}</Table.Td>
      <Table.Td>{t(`users.state_${stateOf(user)}`)}</Table.Td>
      <Table.Td>{formats.minute(user.passwordSetAt)}</Table.Td>
      {onChoose && (
        <Table.Td align="right">
          <Menu position="bottom-end">
            <Menu.Target>
              <Button size="compact-xs" variant="default" aria-label={t('users.change_name', { name: user.name })}>
                {t('users.change_user')}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {actions.map((action) => (
                <Menu.Item key={action} onClick={() => onChoose({ user, action })}>
                  {t(`users.${action}`)}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        </Table.Td>
      )}
    </Table.Tr>
  );
}
