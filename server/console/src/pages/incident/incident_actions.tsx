import { create } from '@bufbuild/protobuf';
import { Button, Group, Select, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';

import { dossiers, incidents } from '@/api/clients';
import { useMay, useSession } from '@/api/session';
import { Confirm } from '@/components/confirm';
import { DossierContentSchema, DossierState, type Dossier } from '@/gen/vigie/v1/dossier_pb';
import { IncidentState, type Incident } from '@/gen/vigie/v1/incident_pb';

import { useIncidentChange } from './use_incident_change';

type Dialog = 'assign' | 'close' | 'reopen' | 'dossier';

interface DialogProps {
  incident: Incident;
  opened: boolean;
  onClose: () => void;
}

function AssignDialog({ incident, opened, onClose }: DialogProps) {
  const { t } = useTranslation();
  const { name } = useSession();
  const [assignee, setAssignee] = useState(incident.assignee || name);
  const change = useIncidentChange(incident.id, (text: string) => incidents.assignIncident({ id: incident.id, assignee: text }), onClose);
  return (
    <Confirm
      opened={opened}
      onClose={onClose}
      title={t('incident.assign_title')}
      text={t('incident.assign_text')}
      confirm={t('incident.assign')}
      onConfirm={() => change.mutate(assignee.trim())}
      busy={change.isPending}
      error={change.error}
    >
      <TextInput label={t('incident.assignee')} value={assignee} onChange={(event) => setAssignee(event.currentTarget.value)} data-autofocus />
    </Confirm>
  );
}

function ReasonDialog({ incident, opened, onClose, action }: DialogProps & { action: 'close' | 'reopen' }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const call = action === 'close' ? incidents.closeIncident : incidents.reopenIncident;
  const change = useIncidentChange(incident.id, (text: string) => call({ id: incident.id, reason: text }), onClose);
  return (
    <Confirm
      opened={opened}
      onClose={onClose}
      title={t(`incident.${action}_title`)}
      text={t(`incident.${action}_text`)}
      confirm={t(`incident.${action}`)}
      onConfirm={() => change.mutate(reason.trim())}
      disabled={reason.trim() === ''}
      busy={change.isPending}
      error={change.error}
    >
      <Textarea label={t('incident.reason')} value={reason} onChange={(event) => setReason(event.currentTarget.value)} autosize minRows={2} required data-autofocus />
    </Confirm>
  );
}

/** On the revision that is read here: the collector refuses it if somebody saves another one in between. */
async function addTo(id: string, incidentId: string): Promise<Dossier> {
  const dossier = await dossiers.getDossier({ id });
  const content = { ...(dossier.content ?? create(DossierContentSchema)), incidentIds: [...(dossier.content?.incidentIds ?? []), incidentId] };
  return dossiers.updateDossier({ id, revision: dossier.revision, content });
}

function DossierDialog({ incident, opened, onClose }: DialogProps) {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const [into, setInto] = useState('');
  const query = useQuery({ queryKey: ['dossiers', 'open'], queryFn: ({ signal }) => dossiers.listDossiers({ pageSize: 200 }, { signal }), enabled: opened });
  const others = query.data?.dossiers.filter(({ state, content }) => state !== DossierState.CLOSED && !content?.incidentIds.includes(incident.id)) ?? [];
  const open = useMutation({
    mutationFn: () => (into === '' ? dossiers.createDossier({ content: { incidentIds: [incident.id], language: i18n.language } }) : addTo(into, incident.id)),
    onSuccess: ({ id }) => void navigate(`/dossiers/${id}`),
  });
  return (
    <Confirm
      opened={opened}
      onClose={onClose}
      title={t('incident.dossier_title')}
      text={t('incident.dossier_text')}
      confirm={t('incident.dossier')}
      onConfirm={() => open.mutate()}
      busy={open.isPending}
      error={open.error}
    >
      {others.length > 0 && (
        <Select
          label={t('dossier_incidents.into')}
          description={t('dossier_incidents.into_text')}
          value={into}
          onChange={(value) => setInto(value ?? '')}
          data={[{ value: '', label: t('dossier_incidents.into_new') }, ...others.map(({ id, content }) => ({ value: id, label: `${id}: ${content?.title}` }))]}
          allowDeselect={false}
        />
      )}
    </Confirm>
  );
}

export function IncidentActions({ incident }: { incident: Incident }) {
  const { t } = useTranslation();
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const mayChange = useMay('changeIncidents');
  if (!mayChange) return null;
  const props = (name: Dialog) => ({ incident, opened: dialog === name, onClose: () => setDialog(null) });
  const closed = incident.state === IncidentState.CLOSED;
  return (
    <Group gap="xs">
      <Button variant="default" onClick={() => setDialog('dossier')}>
        {t('incident.dossier')}
      </Button>
      <Button variant="default" onClick={() => setDialog('assign')}>
        {t('incident.assign')}
      </Button>
      {closed ? (
        <Button variant="default" onClick={() => setDialog('reopen')}>
          {t('incident.reopen')}
        </Button>
      ) : (
        <Button onClick={() => setDialog('close')}>{t('incident.close')}</Button>
      )}
      <AssignDialog key={`assign ${incident.assignee}`} {...props('assign')} />
      <ReasonDialog action="close" {...props('close')} />
      <ReasonDialog action="reopen" {...props('reopen')} />
      <DossierDialog {...props('dossier')} />
    </Group>
  );
}
