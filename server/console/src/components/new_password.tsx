import { Button, PasswordInput, Stack } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { changePassword, type ChangeFailure } from '@/api/session_state';

const leastCharacters = 12;

/** Asks for a new password, twice, and for the old one unless it is given. The collector judges it. */
export function NewPassword({ name, oldPassword, onChanged }: { name: string; oldPassword?: string; onChanged: (password: string) => Promise<void> }) {
  const { t } = useTranslation();
  const [old, setOld] = useState(oldPassword ?? '');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [failure, setFailure] = useState<ChangeFailure | null>(null);
  const [busy, setBusy] = useState(false);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    const failed = await changePassword(name, old, password);
    setFailure(failed);
    if (!failed) await onChanged(password);
    setBusy(false);
  };
  const differs = again !== '' && again !== password;
  const good = [...password].length >= leastCharacters && again === password && old !== '';
  return (
    <form onSubmit={(event) => void send(event)}>
      <Stack gap="md">
        {/* So that password managers know whose it is. */}
        <input className="visually-hidden" type="text" name="username" autoComplete="username" value={name} readOnly tabIndex={-1} aria-hidden />
        {oldPassword === undefined && (
          <PasswordInput label={t('users.old_password')} value={old} onChange={(event) => setOld(event.currentTarget.value)} error={failure === 'refused' && t('users.old_wrong')} autoComplete="current-password" />
        )}
        <PasswordInput
          label={t('users.new_password')}
          description={t('users.password_hint')}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={failure && (failure !== 'refused' || oldPassword !== undefined) && t(`users.${failure}`)}
          autoComplete="new-password"
        />
        <PasswordInput label={t('users.again')} value={again} onChange={(event) => setAgain(event.currentTarget.value)} error={differs && t('users.differ')} autoComplete="new-password" />
        <Button type="submit" loading={busy} disabled={!good}>
          {t('users.change')}
        </Button>
      </Stack>
    </form>
  );
}
