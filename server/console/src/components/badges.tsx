import { IncidentState } from '@/gen/vigie/v1/incident_pb';
import { Severity } from '@/gen/vigie/v1/policy_pb';
import { Verdict } from '@/gen/vigie/v1/event_pb';
import type { StreamStatus } from '@/api/stream';
import { useLabel } from '@/i18n/labels';
import { useTranslation } from 'react-i18next';
import type { ReactNode } from 'react';

import classes from './badges.module.css';

export type Tone = 'critical' | 'high' | 'medium' | 'low' | 'good';

export const Tag = ({ tone, children }: { tone: Tone; children: ReactNode }) => (
  <span className={classes.tag} data-tone={tone}>
    {children}
  </span>
);

const severityTone: Record<number, Tone> = {
  [Severity.CRITICAL]: 'critical',
  [Severity.HIGH]: 'high',
  [Severity.MEDIUM]: 'medium',
};

export const SeverityTag = ({ severity }: { severity: Severity }) => (
  <Tag tone={severityTone[severity] ?? 'low'}>{useLabel()('severity', severity)}</Tag>
);

const stateTone: Record<number, Tone> = { [IncidentState.OPEN]: 'high', [IncidentState.CLOSED]: 'good' };

export const IncidentStateTag = ({ state }: { state: IncidentState }) => (
  <Tag tone={stateTone[state] ?? 'low'}>{useLabel()('incident_state', state)}</Tag>
);

const verdictTone: Record<number, Tone> = {
  [Verdict.BLOCK]: 'good',
  [Verdict.QUARANTINE]: 'good',
  [Verdict.WARN]: 'medium',
  [Verdict.AUDIT]: 'medium',
};

export function VerdictTag({ verdict, shadow }: { verdict: Verdict; shadow: boolean }) {
  const { t } = useTranslation();
  const name = useLabel()('verdict', verdict);
  if (verdict === Verdict.UNSPECIFIED) return null;
  return <Tag tone={shadow ? 'low' : (verdictTone[verdict] ?? 'low')}>{shadow ? t('event.in_shadow', { verdict: name }) : name}</Tag>;
}

export function LiveMark({ status }: { status: StreamStatus }) {
  const { t } = useTranslation();
  return (
    <span className={classes.live} data-status={status} role="status">
      {t(`live.${status}`)}
    </span>
  );
}
