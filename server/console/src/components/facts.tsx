import type { ReactNode } from 'react';

import classes from './facts.module.css';

export const Facts = ({ children }: { children: ReactNode }) => <dl className={classes.facts}>{children}</dl>;

export const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div className={classes.fact}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

interface FigureProps {
  name: string;
  value: ReactNode;
  note?: ReactNode;
  tone?: 'critical' | 'high' | 'medium' | 'good';
}

export const Figures = ({ children }: { children: ReactNode }) => <div className={classes.figures}>{children}</div>;

export const Figure = ({ name, value, note, tone }: FigureProps) => (
  <div className={classes.figure} data-tone={tone}>
    <span className={classes.figureName}>{name}</span>
    <span className={classes.figureValue}>{value}</span>
    {note && <span className={classes.figureNote}>{note}</span>}
  </div>
);
