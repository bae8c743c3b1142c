import i18next from 'i18next';
import { useTranslation } from 'react-i18next';

import { ActivityKind, Channel } from '@/gen/vigie/v1/activity_pb';
import { AuditAccess } from '@/gen/vigie/v1/audit_service_pb';
import { BreachKind, DossierPhase, DossierState, SubjectNotice } from '@/gen/vigie/v1/dossier_pb';
import { Verdict } from '@/gen/vigie/v1/event_pb';
import { EvidenceFaultKind } from '@/gen/vigie/v1/evidence_pb';
import { Confidence, Evaluated, Reason } from '@/gen/vigie/v1/finding_pb';
import { AgentState } from '@/gen/vigie/v1/fleet_service_pb';
import { IncidentState } from '@/gen/vigie/v1/incident_pb';
import { BlockTarget, IncidentEntryKind } from '@/gen/vigie/v1/incident_service_pb';
import { Measure, Severity } from '@/gen/vigie/v1/policy_pb';
import { BacktestSide } from '@/gen/vigie/v1/policy_service_pb';
import { UnmaskState } from '@/gen/vigie/v1/unmask_service_pb';

type EnumObject = Record<string, string | number>;

/** Enumerations of the contract with texts of their own: `channel.removable_media`, … */
export const labelled = {
  activity: ActivityKind,
  channel: Channel,
  access: AuditAccess,
  breach: BreachKind,
  phase: DossierPhase,
  dossier_state: DossierState,
  notice: SubjectNotice,
  verdict: Verdict,
  evidence_fault: EvidenceFaultKind,
  confidence: Confidence,
  evaluated: Evaluated,
  reason: Reason,
  agent_state: AgentState,
  incident_state: IncidentState,
  entry: IncidentEntryKind,
  block_target: BlockTarget,
  measure: Measure,
  severity: Severity,
  side: BacktestSide,
  unmask: UnmaskState,
} satisfies Record<string, EnumObject>;

export type LabelGroup = keyof typeof labelled;

export const enumKey = (group: LabelGroup, value: number): string =>
  String((labelled[group] as EnumObject)[value] ?? value).toLowerCase();

/** A value that this console does not know yet is shown as its number. In the console's language, unless one is named. */
export function label(group: LabelGroup, value: number, lng?: string): string {
  const key = enumKey(group, value);
  return i18next.t(`enum.${group}.${key}` as never, { defaultValue: key, lng }) as string;
}

/** As `label`, in a component: renders again when the language changes. */
export function useLabel(): typeof label {
  useTranslation();
  return label;
}

/** All values but "unspecified", as the choices of a list. */
export const choices = (group: LabelGroup): { value: string; label: string }[] =>
  Object.values(labelled[group] as EnumObject)
    .filter((value): value is number => typeof value === 'number' && value !== 0)
    .map((value) => ({ value: String(value), label: label(group, value) }));
