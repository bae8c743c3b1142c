import { Title } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';

import classes from './page.module.css';

interface PageProps {
  title: string;
  /** Beside the title: state, live mark. */
  aside?: ReactNode;
  actions?: ReactNode;
  lead?: ReactNode;
  children: ReactNode;
}

export function Page({ title, aside, actions, lead, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Vigie`;
  }, [title]);
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <div className={classes.title}>
          <Title order={1} tabIndex={-1} id="page-title">
            {title}
          </Title>
          {aside}
        </div>
        {actions && <div className={classes.actions}>{actions}</div>}
      </header>
      {lead && <div className={classes.lead}>{lead}</div>}
      {children}
    </div>
  );
}

interface SectionProps {
  title: string;
  actions?: ReactNode;
  /** Tables and charts reach the edge. */
  flush?: boolean;
  className?: string;
  children: ReactNode;
}

export function Section({ title, actions, flush, className, children }: SectionProps) {
  return (
    <section className={[classes.section, className].filter(Boolean).join(' ')} aria-label={title}>
      <div className={classes.sectionHead}>
        <Title order={2}>{title}</Title>
        {actions}
      </div>
      <div className={flush ? classes.flush : classes.body}>{children}</div>
    </section>
  );
}

export const Columns = ({ wide, children }: { wide?: boolean; children: ReactNode }) => (
  <div className={wide ? classes.columnsWide : classes.columns}>{children}</div>
);

export const Stack = ({ children }: { children: ReactNode }) => <div className={classes.stack}>{children}</div>;
