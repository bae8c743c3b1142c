import { useTranslation } from 'react-i18next';
import { useBlocker } from 'react-router';

import { Confirm } from './confirm';

/** Stands where something typed is not saved: another page is gone to only after a question. */
export function AskBeforeLeaving() {
  const { t } = useTranslation();
  const blocker = useBlocker(({ currentLocation, nextLocation }) => currentLocation.pathname !== nextLocation.pathname);
  return (
    <Confirm
      opened={blocker.state === 'blocked'}
      onClose={() => blocker.reset?.()}
      title={t('leaving.title')}
      text={t('leaving.text')}
      confirm={t('leaving.leave')}
      onConfirm={() => blocker.proceed?.()}
      danger
    />
  );
}
