import { useEffect } from 'react';

let works = 0;

/** Whether somebody has typed what the collector does not have yet. */
export const hasUnsavedWork = (): boolean => works > 0;

/** While `unsaved`: closing the page asks first, and the end of the session leaves the page as it is until he signs in again. */
export function useUnsavedWork(unsaved: boolean): void {
  useEffect(() => {
    if (!unsaved) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    works += 1;
    window.addEventListener('beforeunload', ask);
    return () => {
      works -= 1;
      window.removeEventListener('beforeunload', ask);
    };
  }, [unsaved]);
}
