import { structuredPatch } from 'diff';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

import { EmptyState } from '@/components/states';

import classes from './difference.module.css';

/** Line by line, with three lines of context. */
export function Difference({ from, to, label }: { from: string; to: string; label: string }) {
  const { t } = useTranslation();
  const hunks = useMemo(() => structuredPatch('', '', from, to, '', '', { context: 3 }).hunks, [from, to]);
  if (hunks.length === 0) return <EmptyState title={t('policy.diff_none')} />;
  return (
    <div className={classes.scroller} tabIndex={0} role="region" aria-label={label}>
      <pre className={classes.difference}>
        {hunks.map((hunk) => (
          <code key={hunk.oldStart}>
            <span className={classes.place}>{`@@ ${hunk.oldStart} → ${hunk.newStart} @@\n`}</span>
            {hunk.lines.map((line, index) => (
              <span key={index} className={line.startsWith('+') ? classes.added : line.startsWith('-') ? classes.removed : undefined}>
                {`${line}\n`}
              </span>
            ))}
          </code>
        ))}
      </pre>
    </div>
  );
}
