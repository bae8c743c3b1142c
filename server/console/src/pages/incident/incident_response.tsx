import { Button, Group, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { incidents } from '@/api/clients';
import { useMay } from '@/api/session';
import { Confirm } from '@/components/confirm';
import { Section } from '@/components/page';
import { Answered } from '@/components/states';
import { IncidentState, type Incident } from '@/gen/vigie/v1/incident_pb';
import type { BlockedAgent, BlockInForce, GetBlockStateResponse } from '@/gen/vigie/v1/incident_service_pb';
import { useFormats } from '@/i18n/use_formats';

import { BlockDialog } from './block_dialog';
import { useBlockSentence } from './block_sentence';
import classes from './incident_response.module.css';
import { endOf, statePause, targetsOf } from './response_form';
import { useIncidentChange } from './use_incident_change';

function useBlockState({ id, block, state }: Incident) {
  return useQuery({
    queryKey: ['incident', id, 'blocks', state, block?.number, block?.liftedAt !== undefined],
    queryFn: ({ signal }) => incidents.getBlockState({ id }, { signal }),
    refetchInterval: ({ state: { data, dataUpdateCount } }) => statePause(data, dataUpdateCount),
  });
}

export function IncidentResponse({ incident }: { incident: Incident }) {
  const { t } = useTranslation();
  const query = useBlockState(incident);
  const may = useMay('respond') && incident.state !== IncidentState.CLOSED;
  return (
    <Section title={t('response.title')} actions={may && <Actions incident={incident} state={query.data} />}>
      <Answered query={query}>{(state) => (state.blocks.length === 0 ? <NothingBlocked incident={incident} /> : <Blocked incident={incident} state={state} />)}</Answered>
    </Section>
  );
}

function NothingBlocked({ incident }: { incident: Incident }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { block } = incident;
  const end = endOf(incident);
  return (
    <>
      <Text size="sm">{t('response.none')}</Text>
      {block?.liftedAt && (
        <Text size="sm" c="dimmed">
          {t('response.lifted', { who: block.liftedBy, at: formats.time(block.liftedAt), reason: block.liftedReason })}
        </Text>
      )}
      {end && (
        <Text size="sm" c="dimmed">
          {end === 'closed' ? t('response.ended_closed') : t('response.ended', { at: formats.time(block?.until) })}
        </Text>
      )}
    </>
  );
}

function Blocked({ incident, state }: { incident: Incident; state: GetBlockStateResponse }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <>
      <ul className={classes.list}>
        {state.blocks.map((block) => (
          <Block key={block.order} block={block} incident={incident} />
        ))}
      </ul>
      <Text size="sm" mt="sm" role="status" data-testid="applied">
        {t('response.applied', { applied: formats.number(state.applied), concerned: formats.number(state.concerned) })}
      </Text>
      <ul className={classes.list}>
        {state.agents.slice(0, 10).map((agent) => (
          <Agent key={agent.agentId} agent={agent} />
        ))}
      </ul>
    </>
  );
}

function Block({ block, incident }: { block: BlockInForce; incident: Incident }) {
  const { t } = useTranslation();
  const sentence = useBlockSentence();
  const ordered = block.until ? incident.block : undefined;
  return (
    <li>
      <Text size="sm" fw={600}>
        {sentence(block)}
      </Text>
      <Text size="sm" c="dimmed">
        {ordered ? t('response.ordered', { who: ordered.who, reason: ordered.reason }) : t('response.by_threshold')}
      </Text>
    </li>
  );
}

function Agent({ agent }: { agent: BlockedAgent }) {
  const { t } = useTranslation();
  const state = agent.applied ? t('response.agent_applied') : t('response.agent_waiting');
  return (
    <li>
      <Text size="sm">
        {agent.host}: {state}
        {!agent.connected && <span className="dimmed"> ({t('response.agent_away')})</span>}
      </Text>
    </li>
  );
}

function Actions({ incident, state }: { incident: Incident; state: GetBlockStateResponse | undefined }) {
  const { t } = useTranslation();
  const [dialog, setDialog] = useState<'block' | 'lift' | null>(null);
  const close = () => setDialog(null);
  return (
    <Group gap="xs">
      {targetsOf(incident).length > 0 && (
        <Button size="xs" variant="default" onClick={() => setDialog('block')}>
          {t('response.block')}
        </Button>
      )}
      {state && state.blocks.length > 0 && (
        <Button size="xs" variant="default" onClick={() => setDialog('lift')}>
          {t('response.lift')}
        </Button>
      )}
      {dialog === 'block' && <BlockDialog incident={incident} onClose={close} />}
      {dialog === 'lift' && <LiftDialog incident={incident} inForce={state?.blocks ?? []} onClose={close} />}
    </Group>
  );
}

/** Lifts what was read when the dialog was opened, and asks again if it is something else by now. */
function LiftDialog({ incident, inForce, onClose }: { incident: Incident; inForce: BlockInForce[]; onClose: () => void }) {
  const { t } = useTranslation();
  const sentence = useBlockSentence();
  const [read, setRead] = useState(inForce);
  const [reason, setReason] = useState('');
  const orders = read.map(({ order }) => order);
  const change = useIncidentChange(incident.id, (text: string) => incidents.liftBlock({ id: incident.id, reason: text, orders }), onClose);
  const stale = inForce.map(({ order }) => order).join() !== orders.join();
  const readAgain = () => {
    setRead(inForce);
    change.reset();
  };
  return (
    <Confirm
      opened
      onClose={onClose}
      title={t('response.lift_title')}
      text={t('response.lift_text')}
      confirm={t('response.lift')}
      onConfirm={() => change.mutate(reason.trim())}
      disabled={stale || reason.trim() === ''}
      busy={change.isPending}
      error={change.error}
    >
      <ul className={classes.list}>
        {(stale ? inForce : read).map((block) => (
          <li key={block.order}>
            <Text size="sm">{sentence(block)}</Text>
          </li>
        ))}
      </ul>
      {stale && (
        <div>
          <Text size="sm" c="var(--mantine-color-error)" role="alert">
            {t('response.lift_others')}
          </Text>
          <Button size="xs" mt="xs" variant="default" onClick={readAgain}>
            {t('response.read_again')}
          </Button>
        </div>
      )}
      <Textarea label={t('incident.reason')} value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={150} autosize minRows={2} required data-autofocus />
    </Confirm>
  );
}
