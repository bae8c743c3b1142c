import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { incidents } from '@/api/clients';
import { useMay } from '@/api/session';
import { Problem } from '@/components/confirm';
import { Section } from '@/components/page';
import { Answered } from '@/components/states';
import { IncidentEntryKind, type IncidentEntry } from '@/gen/vigie/v1/incident_service_pb';
import { useFormats } from '@/i18n/use_formats';
import { useLabel } from '@/i18n/labels';

import { useBlockSentence } from './block_sentence';
import classes from './incident_history.module.css';

async function wholeHistory(incidentId: string, signal: AbortSignal): Promise<IncidentEntry[]> {
  const entries: IncidentEntry[] = [];
  let pageToken = '';
  do {
    const page = await incidents.listIncidentHistory({ incidentId, pageSize: 1000, pageToken }, { signal });
    entries.push(...page.entries);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return entries;
}

export function IncidentHistory({ id }: { id: string }) {
  const { t } = useTranslation();
  const mayComment = useMay('changeIncidents');
  const history = useQuery({ queryKey: ['incident', id, 'history'], queryFn: ({ signal }) => wholeHistory(id, signal) });
  return (
    <Section title={t('incident.history')}>
      <Answered query={history}>
        {(entries) => (
          <Stack gap="md">
            {entries.length === 0 && <Text c="dimmed">{t('incident.history_empty')}</Text>}
            <ol className={classes.entries}>
              {entries.map((entry) => (
                <Entry key={entry.number} entry={entry} />
              ))}
            </ol>
            {mayComment && <CommentForm id={id} />}
          </Stack>
        )}
      </Answered>
    </Section>
  );
}

function Entry({ entry }: { entry: IncidentEntry }) {
  const label = useLabel();
  const sentence = useBlockSentence();
  const formats = useFormats();
  return (
    <li className={classes.entry}>
      <div className={classes.line}>
        <strong>{entry.who}</strong>
        <span>{label('entry', entry.kind)}</span>
        <span className="dimmed">{formats.time(entry.at)}</span>
      </div>
      {entry.block && entry.block.channels.length > 0 && <div className={classes.text}>{sentence(entry.block)}</div>}
      {entry.text && <div className={entry.kind === IncidentEntryKind.COMMENT ? classes.comment : classes.text}>{entry.text}</div>}
    </li>
  );
}

const longestComment = 4000;

function CommentForm({ id }: { id: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const add = useMutation({
    mutationFn: () => incidents.addIncidentComment({ incidentId: id, text: text.trim() }),
    onSuccess: () => {
      setText('');
      void queries.invalidateQueries({ queryKey: ['incident', id, 'history'] });
    },
  });
  return (
    <Stack gap="xs">
      <Textarea
        label={t('incident.comment')}
        description={t('incident.comment_hint')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        maxLength={longestComment}
        autosize
        minRows={2}
      />
      {add.error ? <Problem error={add.error} /> : null}
      <Group justify="flex-end">
        <Button size="xs" variant="default" onClick={() => add.mutate()} disabled={text.trim() === ''} loading={add.isPending}>
          {t('incident.comment_add')}
        </Button>
      </Group>
    </Stack>
  );
}
