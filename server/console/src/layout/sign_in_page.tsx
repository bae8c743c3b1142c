import { Button, PasswordInput, Text, Title } from '@mantine/core';
import { useEffect, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { signIn, type SignInFailure } from '@/api/session_state';

import { Logo } from './logo';
import classes from './sign_in_page.module.css';

export function SignInPage({ expired }: { expired: boolean }) {
  const { t } = useTranslation();
  const [token, setToken] = useState('');
  const [failure, setFailure] = useState<SignInFailure | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    const before = document.title;
    document.title = `${t('sign_in.title')} · Vigie`;
    return () => {
      document.title = before;
    };
  }, [t]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFailure(await signIn(token.trim()));
    setBusy(false);
  };

  return (
    <main className={classes.page}>
      <form className={classes.card} onSubmit={(event) => void submit(event)}>
        <div className={classes.brand}>
          <Logo size={38} />
          <div>
            <Title order={1}>Vigie</Title>
            <Text c="dimmed" size="sm">
              {t('sign_in.lead')}
            </Text>
          </div>
        </div>
        {expired && !failure && (
          <Text size="sm" role="status">
            {t('sign_in.expired')}
          </Text>
        )}
        <PasswordInput
          label={t('sign_in.token')}
          description={t('sign_in.token_hint')}
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          error={failure && t(`sign_in.${failure}`)}
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
      </form>
    </main>
  );
}
