import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { errorText } from '@/api/errors';

interface ConfirmProps {
  opened: boolean;
  onClose: () => void;
  onConfirm: () => void;
  title: string;
  text: ReactNode;
  confirm: string;
  danger?: boolean;
  busy?: boolean;
  disabled?: boolean;
  error?: unknown;
  /** It has happened; what the dialog shows now, a click beside it does not take away. */
  done?: boolean;
  children?: ReactNode;
}

/** Asks before something happens that others feel. */
export function Confirm({ opened, onClose, onConfirm, title, text, confirm, danger, busy, disabled, error, done, children }: ConfirmProps) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} closeOnClickOutside={!done} title={<Text fw={600}>{title}</Text>} closeButtonProps={{ 'aria-label': t('action.close') }}>
      <Stack gap="md">
        <Text size="sm">{text}</Text>
        {children}
        {error ? <Problem error={error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t(done ? 'action.close' : 'action.cancel')}
          </Button>
          {!done && (
            <Button color={danger ? 'red.9' : undefined} onClick={onConfirm} loading={busy} disabled={disabled}>
              {confirm}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

/** What did not work, and why. */
export const Problem = ({ error }: { error: unknown }) => (
  <Text size="sm" c="var(--mantine-color-error)" role="alert">
    {errorText(error)}
  </Text>
);
