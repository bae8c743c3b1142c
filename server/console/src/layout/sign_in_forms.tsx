import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { signIn, type Credentials, type SignInFailure } from '@/api/session_state';

import classes from './sign_in_page.module.css';

function useSignIn() {
  const [failure, setFailure] = useState<SignInFailure | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (credentials: Credentials): Promise<SignInFailure | null> => {
    setBusy(true);
    const failed = await signIn(credentials);
    setFailure(failed);
    setBusy(false);
    return failed;
  };
  return { failure, busy, submit };
}

export function PasswordForm({ onOnce, onToken }: { onOnce: (name: string, once: string) => void; onToken: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const { failure, busy, submit } = useSignIn();
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if ((await submit({ name: name.trim(), password })) === 'once') onOnce(name.trim(), password);
  };
  return (
    <form className={classes.form} onSubmit={(event) => void send(event)}>
      <TextInput label={t('users.name')} value={name} onChange={(event) => setName(event.currentTarget.value)} name="username" autoComplete="username" autoCapitalize="none" spellCheck={false} required withAsterisk={false} autoFocus />
      <PasswordInput
        label={t('users.password')}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        error={failure && failure !== 'once' && t(`users.${failure}`)}
        name="password"
        autoComplete="current-password"
        required
        withAsterisk={false}
      />
      <Button type="submit" loading={busy} disabled={name.trim() === '' || password === ''} fullWidth>
        {t('sign_in.submit')}
      </Button>
      <Button variant="subtle" onClick={onToken} fullWidth>
        {t('users.by_token')}
      </Button>
    </form>
  );
}

export function TokenForm({ onPassword }: { onPassword: () => void }) {
  const { t } = useTranslation();
  const [token, setToken] = useState('');
  const { failure, busy, submit } = useSignIn();
  const send = (event: FormEvent) => {
    event.preventDefault();
    void submit({ token: token.trim() });
  };
  return (
    <form className={classes.form} onSubmit={send}>
      <PasswordInput
        label={t('sign_in.token')}
        description={t('sign_in.token_hint')}
        value={token}
        onChange={(event) => setToken(event.currentTarget.value)}
        error={failure && failure !== 'once' && t(`sign_in.${failure}`)}
        autoComplete="off"
        spellCheck={false}
        name="token"
        required
        withAsterisk={false}
        autoFocus
      />
      <Button type="submit" loading={busy} disabled={token.trim() === ''} fullWidth>
        {t('sign_in.submit')}
      </Button>
      <Button variant="subtle" onClick={onPassword} fullWidth>
        {t('users.by_password')}
      </Button>
    </form>
  );
}
