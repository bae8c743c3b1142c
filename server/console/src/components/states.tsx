import { Button, Loader, Text } from '@mantine/core';
import { IconCloudOff, IconInbox, IconLock, IconMoodPuzzled, IconPlugConnectedX } from '@/components/icons';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import type { StreamStatus } from '@/api/stream';
import { errorKind, errorText, type ErrorKind } from '@/api/errors';

import classes from './states.module.css';

interface Notice {
  icon: ReactNode;
  title: string;
  text?: string;
  action?: ReactNode;
  role?: 'status' | 'alert';
}

export function NoticeBox({ icon, title, text, action, role = 'status' }: Notice) {
  return (
    <div className={classes.notice} role={role}>
      <span className={classes.icon} aria-hidden>
        {icon}
      </span>
      <Text fw={600}>{title}</Text>
      {text && (
        <Text c="dimmed" className={classes.text}>
          {text}
        </Text>
      )}
      {action}
    </div>
  );
}

export function LoadingState() {
  const { t } = useTranslation();
  return (
    <div className={classes.notice} role="status">
      <Loader size="sm" aria-hidden />
      <Text c="dimmed">{t('state.loading')}</Text>
    </div>
  );
}

export const EmptyState = ({ title, text, action }: { title: string; text?: string; action?: ReactNode }) => (
  <NoticeBox icon={<IconInbox size={26} stroke={1.5} />} title={title} text={text} action={action} />
);

export function NoPermission() {
  const { t } = useTranslation();
  return <NoticeBox icon={<IconLock size={26} stroke={1.5} />} title={t('state.denied.title')} text={t('state.denied.text')} />;
}

/** Where nothing is known because nobody tells: not the same as nothing being there. */
export function NotTold({ status }: { status: StreamStatus }) {
  const { t } = useTranslation();
  if (status === 'connecting') return <LoadingState />;
  const key = status === 'denied' || status === 'unsupported' ? status : 'unreachable';
  return <NoticeBox role="alert" icon={icons[key]} title={t(`state.${key}.title`)} text={t(`state.${key}.text`)} />;
}

const icons: Partial<Record<ErrorKind, ReactNode>> = {
  denied: <IconLock size={26} stroke={1.5} />,
  unsupported: <IconPlugConnectedX size={26} stroke={1.5} />,
  unreachable: <IconCloudOff size={26} stroke={1.5} />,
};

/** What a person can do about it, and why. */
export function ErrorState({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const kind = errorKind(error);
  const again = retry && kind !== 'denied' && kind !== 'unsupported';
  return (
    <NoticeBox
      role="alert"
      icon={icons[kind] ?? <IconMoodPuzzled size={26} stroke={1.5} />}
      title={t(`state.${kind}.title`)}
      text={errorText(error)}
      action={
        again && (
          <Button variant="default" size="xs" onClick={retry}>
            {t('action.retry')}
          </Button>
        )
      }
    />
  );
}

function NotCurrent({ error }: { error: unknown }) {
  const { t } = useTranslation();
  return (
    <Text size="xs" c="var(--high)" px="md" py={4} role="status">
      {t('state.not_current', { why: t(`state.${errorKind(error)}.title`) })}
    </Text>
  );
}

interface Answer<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** The three states of a question, then its answer, with a word where a newer one was asked for in vain. */
export function Answered<T>({ query, children }: { query: Answer<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) {
    return (
      <>
        {query.error ? <NotCurrent error={query.error} /> : null}
        {children(query.data)}
      </>
    );
  }
  if (query.isPending) return <LoadingState />;
  return <ErrorState error={query.error} retry={() => void query.refetch()} />;
}
