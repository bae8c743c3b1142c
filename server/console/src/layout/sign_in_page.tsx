import { Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { signIn } from '@/api/session_state';
import { NewPassword } from '@/components/new_password';

import { Logo } from './logo';
import { PasswordForm, TokenForm } from './sign_in_forms';
import classes from './sign_in_page.module.css';

type Step = { way: 'password' } | { way: 'token' } | { way: 'change'; name: string; once: string };

/** Name and password; an API token as the second way; and the choice of a password by who has one that is good for once. */
export function SignInPage({ expired }: { expired: boolean }) {
  const { t } = useTranslation();
  const [step, setStep] = useState<Step>({ way: 'password' });
  const title = t(step.way === 'change' ? 'users.change_title' : 'sign_in.title');
  useEffect(() => {
    const before = document.title;
    document.title = `${title} · Vigie`;
    return () => {
      document.title = before;
    };
  }, [title]);
  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <div className={classes.brand}>
          <Logo size={38} />
          <div>
            <Title order={1}>Vigie</Title>
            <Text c="dimmed" size="sm">
              {t('sign_in.lead')}
            </Text>
          </div>
        </div>
        {expired && step.way !== 'change' && (
          <Text size="sm" role="status">
            {t('sign_in.expired')}
          </Text>
        )}
        {step.way === 'password' && <PasswordForm onOnce={(name, once) => setStep({ way: 'change', name, once })} onToken={() => setStep({ way: 'token' })} />}
        {step.way === 'token' && <TokenForm onPassword={() => setStep({ way: 'password' })} />}
        {step.way === 'change' && <FirstPassword name={step.name} once={step.once} onGone={() => setStep({ way: 'password' })} />}
      </div>
    </main>
  );
}

function FirstPassword({ name, once, onGone }: { name: string; once: string; onGone: () => void }) {
  const { t } = useTranslation();
  const begin = async (password: string) => {
    if (await signIn({ name, password })) onGone();
  };
  return (
    <>
      <Title order={2} size="h4">
        {t('users.change_title')}
      </Title>
      <Text size="sm">{t('users.change_first', { name })}</Text>
      <NewPassword name={name} oldPassword={once} onChanged={begin} />
    </>
  );
}
