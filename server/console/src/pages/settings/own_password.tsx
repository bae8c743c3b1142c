import { Button, Modal, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useSession } from '@/api/session';
import { sessionEnded, signIn } from '@/api/session_state';
import { NewPassword } from '@/components/new_password';

/** Of who signs in by name and password. All his sessions end; here one begins anew at once. */
export function OwnPassword() {
  const { t } = useTranslation();
  const session = useSession();
  const [opened, setOpened] = useState(false);
  if (!session.has_password) return null;
  const begin = async (password: string) => {
    const failure = await signIn({ name: session.name, password });
    setOpened(false);
    if (failure) sessionEnded();
  };
  return (
    <>
      <Button variant="default" size="compact-sm" onClick={() => setOpened(true)}>
        {t('users.change')}
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title={<Text fw={600}>{t('users.change_title')}</Text>} closeButtonProps={{ 'aria-label': t('action.close') }}>
        <Text size="sm" mb="md">
          {t('users.change_text')}
        </Text>
        <NewPassword name={session.name} onChanged={begin} />
      </Modal>
    </>
  );
}
