import { Button, Group, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { policies } from '@/api/clients';
import { errorKind } from '@/api/errors';
import { useMay } from '@/api/session';
import { useUnsavedWork } from '@/api/unsaved';
import { AskBeforeLeaving } from '@/components/leaving';
import { Columns, Page, Section, Stack } from '@/components/page';
import { Answered, NoPermission } from '@/components/states';
import { Tag } from '@/components/badges';
import type { GetPolicyResponse, PolicyProblem, ValidatePolicyResponse } from '@/gen/vigie/v1/policy_service_pb';
import { problemText } from '@/i18n/refusals';
import { useAmounts } from '@/i18n/use_amounts';
import { useFormats } from '@/i18n/use_formats';

import { BacktestSection } from './backtest_section';
import { Difference } from './difference';
import { LineEditor } from './line_editor';
import { PolicyVersions } from './policy_versions';
import { PushButton, type Pushed } from './push_button';
import { RolloutSection } from './rollout_section';
import { ShadowSection } from './shadow_section';
import classes from './policy_page.module.css';
import { useValidation } from './use_validation';

export function PolicyPage() {
  const { t } = useTranslation();
  const may = useMay('policy');
  const query = useQuery({ queryKey: ['policy', 'in force'], queryFn: ({ signal }) => inForce(signal), enabled: may });
  if (!may) return <Page title={t('policy.title')}><NoPermission /></Page>;
  if (!query.data) return <Page title={t('policy.title')}><Answered query={query}>{() => null}</Answered></Page>;
  return <PolicyEditor inForce={query.data} />;
}

/** None in force is an empty one here. */
async function inForce(signal: AbortSignal): Promise<Pick<GetPolicyResponse, 'policy' | 'text' | 'inForceSince' | 'pushedBy'>> {
  try {
    return await policies.getPolicy({}, { signal });
  } catch (error) {
    if (errorKind(error) === 'missing') return { text: '', pushedBy: '' };
    throw error;
  }
}

function PolicyEditor({ inForce: current }: { inForce: Awaited<ReturnType<typeof inForce>> }) {
  const { t } = useTranslation();
  const mayTest = useMay('testPolicy');
  const mayPush = useMay('pushPolicy');
  const maySee = useMay('events');
  const queries = useQueryClient();
  const [edited, setEdited] = useState<string | null>(null); // what is typed stays, whatever others push
  const text = edited ?? current.text;
  const setText = (wanted: string) => setEdited(wanted === current.text ? null : wanted);
  const [pushed, setPushed] = useState<Pushed | null>(null);
  const validation = useValidation(text, mayTest && text !== current.text);
  const answer = text === current.text ? undefined : validation.data;
  const marked = useMemo(() => new Set(answer?.problems.map((problem) => problem.line) ?? []), [answer]);
  const changed = text !== current.text;
  useUnsavedWork(changed);
  const onPushed = async (told: Pushed) => {
    setPushed(told);
    await queries.invalidateQueries({ queryKey: ['policy'] });
    setEdited((now) => (now === text ? null : now));
  };
  const pushable = changed && !validation.checking && answer?.pushable === true;
  return (
    <Page
      title={t('policy.title')}
      aside={<InForce current={current} />}
      actions={
        <>
          {changed && (
            <Button variant="default" onClick={() => setText(current.text)}>
              {t('policy.reset')}
            </Button>
          )}
          {mayPush && <PushButton text={text} version={answer?.version ?? 0} disabled={!pushable} onPushed={(told) => void onPushed(told)} />}
        </>
      }
    >
      {changed && <AskBeforeLeaving />}
      {pushed && <WhatWasPushed pushed={pushed} />}
      <Columns wide>
        <Stack>
          <Section title={t('policy.editor')} flush actions={<Verdict changed={changed} validation={validation} answer={answer} />}>
            {answer && <Problems answer={answer} />}
            <LineEditor label={t('policy.editor')} value={text} onChange={setText} readOnly={!mayTest} marked={marked} describedBy="policy-problems" />
          </Section>
          {mayTest && <BacktestSection text={text} />}
        </Stack>
        <Stack>
          <RolloutSection />
          {maySee && <ShadowSection />}
          <Section title={t('policy.diff')} flush>
            <Difference from={current.text} to={text} label={t('policy.diff')} />
          </Section>
          <PolicyVersions onShow={mayTest ? setText : undefined} />
        </Stack>
      </Columns>
    </Page>
  );
}

function WhatWasPushed({ pushed: { answer, through } }: { pushed: Pushed }) {
  const { t } = useTranslation();
  const amount = useAmounts();
  const told = { version: answer.version, agents: amount('workstations', answer.agentsTold) };
  return <Text role="status">{through === '' ? t('policy.pushed', told) : t('policy.rolled_out', { ...told, ring: through })}</Text>;
}

function InForce({ current }: { current: Awaited<ReturnType<typeof inForce>> }) {
  const { t } = useTranslation();
  const formats = useFormats();
  if (!current.policy) return <Text c="dimmed">{t('policy.none')}</Text>;
  return (
    <Text c="dimmed" size="sm">
      {t('policy.version', { version: current.policy.version })},{' '}
      {t('policy.in_force', { since: formats.minute(current.inForceSince), who: current.pushedBy || t('policy.unknown') })}
    </Text>
  );
}

interface VerdictProps {
  changed: boolean;
  validation: ReturnType<typeof useValidation>;
  answer: ValidatePolicyResponse | undefined;
}

function Verdict({ changed, validation, answer }: VerdictProps) {
  const { t } = useTranslation();
  const problems = answer?.problems.length ?? 0;
  const text = () => {
    if (!changed) return <Tag tone="low">{t('policy.unchanged')}</Tag>;
    if (validation.error) return <Tag tone="medium">{t(`state.${errorKind(validation.error)}.title`)}</Tag>;
    if (validation.checking || !answer) return <Tag tone="low">{t('policy.checking')}</Tag>;
    if (problems > 0) return <Tag tone="critical">{t('policy.problems', { count: problems, shown: problems })}</Tag>;
    return <Tag tone="good">{t('policy.valid')}</Tag>;
  };
  return (
    <Group gap="xs" role="status">
      {text()}
    </Group>
  );
}

function Problems({ answer }: { answer: ValidatePolicyResponse }) {
  const { t } = useTranslation();
  return (
    <div id="policy-problems" className={classes.problems} tabIndex={0} role="region" aria-label={t('policy.problems_list')}>
      {answer.problems.map((problem, index) => (
        <Text key={index} size="sm" px="md" py={4} c="var(--critical)">
          {problem.line > 0 ? t('policy.problem_at', { ...words(problem) }) : t('policy.problem', { ...words(problem) })}
        </Text>
      ))}
      {answer.problems.length === 0 && !answer.pushable && (
        <Text size="sm" px="md" py={4} c="dimmed">
          {t('policy.version_hint', { version: answer.greatestVersion })}
        </Text>
      )}
    </div>
  );
}

const words = ({ line, column, key, message, detail }: PolicyProblem) => ({ line, column, key, message: problemText('policy_problem', detail, message) });
