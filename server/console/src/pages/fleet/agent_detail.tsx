import { Button, Drawer, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { fleet } from '@/api/clients';
import { useMay } from '@/api/session';
import { Confirm } from '@/components/confirm';
import { Fact, Facts } from '@/components/facts';
import { milliseconds } from '@/format/times';
import { AgentState, type AgentStatus } from '@/gen/vigie/v1/fleet_service_pb';
import { useLabel } from '@/i18n/labels';
import { useFormats } from '@/i18n/use_formats';

import { AgentStateTag } from './agent_columns';
import { MoveToRing } from './rings';
import { CoverageCell, useCoverageText } from './coverage_cell';
import { SensorCell } from './sensor_cell';
import { sensorTitle } from './sensor_matrix';

export function AgentDetail({ agent, onClose }: { agent: AgentStatus | null; onClose: () => void }) {
  const { t } = useTranslation();
  const mayChange = useMay('changeFleet');
  return (
    <Drawer
      opened={agent !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={<Text fw={600}>{agent && t('fleet.detail', { host: agent.host })}</Text>}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      {agent && (
        <Stack gap="lg">
          <AgentFacts agent={agent} />
          <Channels agent={agent} />
          <Sensors agent={agent} />
          {mayChange && agent.state !== AgentState.REVOKED && <MoveToRing ids={[agent.id]} />}
          {mayChange && agent.state !== AgentState.REVOKED && <Revoke agent={agent} onDone={onClose} />}
        </Stack>
      )}
    </Drawer>
  );
}

function AgentFacts({ agent }: { agent: AgentStatus }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <Facts>
      <Fact name={t('fleet.col.state')}>
        <AgentStateTag agent={agent} /> {agent.stateReason}
      </Fact>
      <Fact name={t('fleet.id')}>
        <span className="mono">{agent.id}</span>
      </Fact>
      <Fact name={t('fleet.col.system')}>{agent.operatingSystem || '–'}</Fact>
      <Fact name={t('fleet.kernel')}>{agent.kernel || '–'}</Fact>
      <Fact name={t('fleet.col.ring')}>{agent.ring}</Fact>
      <Fact name={t('fleet.col.policy')}>
        {agent.policyVersion}
        {agent.ringPolicyVersion !== 0 && agent.ringPolicyVersion !== agent.policyVersion && ` (${t('fleet.ring_behind', { version: agent.ringPolicyVersion })})`}
      </Fact>
      <Fact name={t('fleet.enrolled')}>{formats.time(agent.enrolledAt)}</Fact>
      <Fact name={t('fleet.col.seen')}>{formats.time(agent.lastSeenAt)}</Fact>
      <Fact name={t('fleet.col.events')}>{formats.number(agent.events)}</Fact>
      <Fact name={t('fleet.col.spooled')}>{formats.number(agent.spooledEvents)}</Fact>
      <Fact name={t('fleet.rejected')}>{formats.number(agent.rejectedEvents)}</Fact>
      <Fact name={t('fleet.missing')}>{formats.number(agent.missingEvents)}</Fact>
      <Fact name={t('fleet.offset')}>{`${formats.number(milliseconds(agent.clockOffset))} ms`}</Fact>
      {agent.blocks.length > 0 && (
        <Fact name={t('fleet.blocks')}>
          {agent.blocks.map((order) => (
            <div key={order}>
              <Link to={`/incidents/${encodeURIComponent(order.split('/')[0] ?? '')}`}>{order}</Link>
            </div>
          ))}
        </Fact>
      )}
    </Facts>
  );
}

function Channels({ agent }: { agent: AgentStatus }) {
  const { t } = useTranslation();
  const label = useLabel();
  const textOf = useCoverageText();
  if (agent.channels.length === 0) return null;
  return (
    <Stack gap="sm">
      <Text fw={600}>{t('fleet.channels')}</Text>
      {agent.channels.map(({ channel }) => (
        <div key={channel}>
          <CoverageCell agent={agent} channel={channel} /> <strong>{label('channel', channel)}</strong>
          <Text size="xs">{textOf(agent, channel)}</Text>
        </div>
      ))}
    </Stack>
  );
}

function Sensors({ agent }: { agent: AgentStatus }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <Stack gap="sm">
      <Text fw={600}>{t('fleet.sensors')}</Text>
      {agent.sensors.map((sensor) => (
        <div key={sensor.name}>
          <SensorCell sensor={sensor} /> <strong>{sensorTitle(sensor.name)}</strong>
          {sensor.reason && <Text size="xs">{sensor.reason}</Text>}
          <Text size="xs" c="dimmed">
            {t('fleet.sensor_counts', {
              produced: formats.number(sensor.produced),
              delivered: formats.number(sensor.delivered),
              coalesced: formats.number(sensor.coalesced),
              lost: formats.number(sensor.lost),
            })}
          </Text>
        </div>
      ))}
    </Stack>
  );
}

function Revoke({ agent, onDone }: { agent: AgentStatus; onDone: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [asked, setAsked] = useState(false);
  const [reason, setReason] = useState('');
  const revoke = useMutation({
    mutationFn: () => fleet.revokeAgent({ id: agent.id, reason: reason.trim() }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['agents'] });
      onDone();
    },
  });
  return (
    <>
      <Button variant="default" onClick={() => setAsked(true)}>
        {t('fleet.revoke')}
      </Button>
      <Confirm
        opened={asked}
        onClose={() => setAsked(false)}
        title={t('fleet.revoke_title', { host: agent.host })}
        text={t('fleet.revoke_text')}
        confirm={t('fleet.revoke')}
        onConfirm={() => revoke.mutate()}
        disabled={reason.trim() === ''}
        busy={revoke.isPending}
        error={revoke.error}
        danger
      >
        <TextInput label={t('fleet.reason')} value={reason} onChange={(event) => setReason(event.currentTarget.value)} required data-autofocus />
      </Confirm>
    </>
  );
}
