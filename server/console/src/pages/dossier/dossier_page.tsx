import { Button, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';

import { AffectedSection } from '@/affected/affected_section';
import { dossiers, incidents } from '@/api/clients';
import { errorKind } from '@/api/errors';
import { useMay } from '@/api/session';
import { useUnsavedWork } from '@/api/unsaved';
import { Columns, Page, Stack } from '@/components/page';
import { AskBeforeLeaving } from '@/components/leaving';
import { Answered, ErrorState, NoPermission } from '@/components/states';
import { DossierState, type Dossier, type DossierContent } from '@/gen/vigie/v1/dossier_pb';
import { useFormats } from '@/i18n/use_formats';

import { Clock } from './clock';
import { DossierActions } from './dossier_actions';
import { KnownFacts } from './dossier_facts';
import { DossierForm } from './dossier_form';
import { DossierIncidents } from './dossier_incidents';
import { contentOf, languageOf, valuesOf } from './dossier_form_values';
import { DossierStateTag } from './dossier_state_tag';
import { ExportMenu } from './export_menu';
import { Submissions } from './submissions';

export function DossierPage() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const may = useMay('dossiers');
  const query = useQuery({ queryKey: ['dossier', id], queryFn: ({ signal }) => dossiers.getDossier({ id }, { signal }), enabled: may, staleTime: Infinity, gcTime: 0 });
  const { data } = query;
  const title = t('dossier.title', { id });
  if (!may) return <Page title={title}><NoPermission /></Page>;
  if (!data?.content) return <Page title={title}><Answered query={query}>{() => null}</Answered></Page>;
  return <OneDossier key={String(data.revision)} dossier={data} content={data.content} reload={() => void query.refetch()} />;
}

interface OneDossierProps {
  dossier: Dossier;
  content: DossierContent;
  reload: () => void;
}

function useSave(dossier: Dossier) {
  const queries = useQueryClient();
  const show = (changed: Dossier) => {
    queries.setQueryData(['dossier', dossier.id], changed);
    void queries.invalidateQueries({ queryKey: ['dossiers'] });
  };
  const save = useMutation({
    mutationFn: ({ content, refreshFacts = false }: { content: DossierContent; refreshFacts?: boolean }) =>
      dossiers.updateDossier({ id: dossier.id, revision: dossier.revision, content, refreshFacts }),
    onSuccess: show,
  });
  return { save, show };
}

function OneDossier({ dossier, content, reload }: OneDossierProps) {
  const { t } = useTranslation();
  const mayChange = useMay('changeDossiers') && dossier.state !== DossierState.CLOSED;
  const mayKnow = useMay('unmasked');
  const first = useMemo(() => valuesOf(content), [content]);
  const [values, setValues] = useState(first);
  const unsaved = JSON.stringify(values) !== JSON.stringify(first);
  const { save, show } = useSave(dossier);
  const incidentSave = useSave(dossier).save;
  useUnsavedWork(unsaved);
  const send = (refreshFacts: boolean) => save.mutate({ content: contentOf(values, content), refreshFacts });
  const change = {
    save: (incidentIds: string[], done: () => void) => incidentSave.mutate({ content: { ...contentOf(values, content), incidentIds } }, { onSuccess: done }),
    busy: incidentSave.isPending,
    error: incidentSave.error,
    forget: incidentSave.reset,
    unsaved,
  };
  return (
    <Page
      title={t('dossier.title', { id: dossier.id })}
      aside={<DossierStateTag state={dossier.state} />}
      actions={
        <>
          {unsaved && <Text size="sm">{t('dossier.unsaved')}</Text>}
          <ExportMenu id={dossier.id} />
          {mayChange && <DossierActions dossier={dossier} unsaved={unsaved} onChanged={show} />}
          {mayChange && (
            <Button onClick={() => send(false)} disabled={!unsaved} loading={save.isPending}>
              {t('action.save')}
            </Button>
          )}
        </>
      }
      lead={content.title}
    >
      {unsaved && <AskBeforeLeaving />}
      {save.error ? <SaveProblem error={save.error} reload={reload} /> : null}
      <Columns wide>
        <Stack>
          <DossierForm values={values} change={(part) => setValues((before) => ({ ...before, ...part }))} readOnly={!mayChange} />
        </Stack>
        <Stack>
          <Clock dossier={dossier} />
          {dossier.facts && <KnownFacts facts={dossier.facts} refresh={mayChange ? () => send(true) : undefined} />}
          <DossierIncidents dossier={dossier} ids={content.incidentIds} change={mayChange ? change : undefined} />
          {mayKnow && <Affected id={dossier.id} content={content} />}
          <Submissions dossier={dossier} />
          {dossier.state === DossierState.CLOSED && <Closed dossier={dossier} />}
        </Stack>
      </Columns>
    </Page>
  );
}

/** Of all its incidents together: who is to be told (article 34). */
function Affected({ id, content }: { id: string; content: DossierContent }) {
  const query = useQuery({
    queryKey: ['dossier', id, 'records', content.incidentIds],
    queryFn: async ({ signal }) => Promise.all(content.incidentIds.map((incident) => incidents.getIncident({ id: incident }, { signal }))),
    gcTime: 0,
  });
  return query.data ? <AffectedSection incidents={query.data} data={content.recordCategories.join('; ')} name={id} language={languageOf(content)} /> : <Answered query={query}>{() => null}</Answered>;
}

function SaveProblem({ error, reload }: { error: unknown; reload: () => void }) {
  const { t } = useTranslation();
  if (errorKind(error) !== 'conflict') return <ErrorState error={error} />;
  return (
    <div>
      <ErrorState error={error} />
      <Button variant="default" onClick={reload}>
        {t('dossier.reload')}
      </Button>
    </div>
  );
}

function Closed({ dossier }: { dossier: Dossier }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return <Text c="dimmed">{t('dossier.closed', { at: formats.minute(dossier.closedAt), who: dossier.closedBy, reason: dossier.closedReason })}</Text>;
}
