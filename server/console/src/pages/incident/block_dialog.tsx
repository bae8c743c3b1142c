import { Button, Checkbox, Select, Text, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { incidents } from '@/api/clients';
import { Confirm } from '@/components/confirm';
import { Channel } from '@/gen/vigie/v1/activity_pb';
import type { Incident } from '@/gen/vigie/v1/incident_pb';
import type { BlockTarget } from '@/gen/vigie/v1/incident_service_pb';
import { choices, useLabel } from '@/i18n/labels';

import classes from './incident_response.module.css';
import { concernsOthers, faultOf, firstResponse, isReplaced, requestOf, targetsOf, type ResponseValues } from './response_form';
import { useIncidentChange } from './use_incident_change';

const waysOut = () => choices('channel').filter(({ value }) => value !== String(Channel.LOCAL));

export function BlockDialog({ incident, onClose }: { incident: Incident; onClose: () => void }) {
  const { t } = useTranslation();
  const [read, setRead] = useState(incident);
  const [values, setValues] = useState(() => firstResponse(read, Date.now()));
  const stale = concernsOthers(values.target, read, incident) || isReplaced(read, incident);
  const change = (changed: Partial<ResponseValues>) => setValues({ ...values, ...changed });
  const block = useIncidentChange(incident.id, (ordered: ResponseValues) => incidents.blockChannels(requestOf(read, ordered)), onClose);
  const readAgain = () => {
    setRead(incident);
    setValues({ ...firstResponse(incident, Date.now()), reason: values.reason });
    block.reset();
  };
  return (
    <Confirm
      opened
      onClose={onClose}
      title={t('response.block_title')}
      text={t('response.block_text')}
      confirm={t('response.block')}
      onConfirm={() => block.mutate(values)}
      disabled={stale || faultOf(values, Date.now()) !== null}
      busy={block.isPending}
      error={block.error}
      danger
    >
      {stale && <Changed incident={incident} onReadAgain={readAgain} />}
      <TargetSelect incident={read} value={values.target} onChange={(target) => change({ target })} />
      <Checkbox.Group label={t('response.channels')} value={values.channels.map(String)} onChange={(channels) => change({ channels: channels.map((channel) => Number(channel) as Channel) })} required>
        <div className={classes.channels}>
          {waysOut().map(({ value, label }) => (
            <Checkbox key={value} value={value} label={label} />
          ))}
        </div>
      </Checkbox.Group>
      <TextInput
        label={t('response.end')}
        type="datetime-local"
        value={values.until}
        onChange={(event) => change({ until: event.currentTarget.value })}
        error={faultOf(values, Date.now()) === 'until' ? t('response.end_fault') : undefined}
        required
      />
      <Textarea label={t('incident.reason')} value={values.reason} onChange={(event) => change({ reason: event.currentTarget.value })} maxLength={150} autosize minRows={2} required />
    </Confirm>
  );
}

function Changed({ incident, onReadAgain }: { incident: Incident; onReadAgain: () => void }) {
  const { t } = useTranslation();
  const { user, host, block } = incident;
  return (
    <div>
      <Text size="sm" c="var(--mantine-color-error)" role="alert">
        {t('response.others', { user: user || '–', host: host || '–' })}
        {block && ` ${t('response.others_block', { who: block.who, reason: block.reason })}`}
      </Text>
      <Button size="xs" mt="xs" variant="default" onClick={onReadAgain}>
        {t('response.read_again')}
      </Button>
    </div>
  );
}

function TargetSelect({ incident, value, onChange }: { incident: Incident; value: BlockTarget; onChange: (target: BlockTarget) => void }) {
  const { t } = useTranslation();
  const label = useLabel();
  const { user, host } = incident;
  const data = targetsOf(incident).map((target) => ({ value: String(target), label: label('block_target', target) }));
  return (
    <Select
      label={t('response.target')}
      description={t('response.target_hint', { user: user || '–', host: host || '–' })}
      data={data}
      value={String(value)}
      onChange={(chosen) => chosen && onChange(Number(chosen) as BlockTarget)}
      allowDeselect={false}
    />
  );
}
