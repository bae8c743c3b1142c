import { Button } from '@mantine/core';
import { IconMoodPuzzled } from '@/components/icons';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { NoticeBox } from '@/components/states';

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <NoticeBox
      icon={<IconMoodPuzzled size={28} stroke={1.5} />}
      title={t('not_found.title')}
      text={t('not_found.text')}
      action={
        <Button component={Link} to="/" variant="default">
          {t('not_found.home')}
        </Button>
      }
    />
  );
}

/** A chunk that could not be loaded, or an error of the page's own. */
export function CrashPage() {
  const { t } = useTranslation();
  return (
    <NoticeBox
      role="alert"
      icon={<IconMoodPuzzled size={28} stroke={1.5} />}
      title={t('crash.title')}
      text={t('crash.text')}
      action={
        <Button variant="default" onClick={() => window.location.reload()}>
          {t('crash.reload')}
        </Button>
      }
    />
  );
}
