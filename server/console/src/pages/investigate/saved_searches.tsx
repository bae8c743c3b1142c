import { Button, Checkbox, Group, Select, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { searches } from '@/api/clients';
import { useSession } from '@/api/session';
import { Confirm, Problem } from '@/components/confirm';
import type { SavedSearch } from '@/gen/vigie/v1/search_service_pb';

import type { EventQuery } from './event_query';
import { askedQuery, keptQuery, sameName } from './saved_search';

const key = ['searches'];

interface SavedSearchesProps {
  asked: EventQuery;
  ask: (query: EventQuery) => void;
}

/** Kept at the collector, under the caller's name. The browser keeps none, and no address names one. */
export function SavedSearches({ asked, ask }: SavedSearchesProps) {
  const { t } = useTranslation();
  const { name, role } = useSession();
  const [choice, setChoice] = useState<{ id: string; asked: EventQuery } | null>(null);
  const chosen = choice?.asked === asked ? choice.id : null; // something else was asked since
  const [dialog, setDialog] = useState<'save' | 'delete' | null>(null);
  const query = useQuery({ queryKey: key, queryFn: ({ signal }) => searches.listSearches({}, { signal }) });
  const found = query.data?.searches ?? [];
  const search = found.find(({ id }) => id === chosen);
  const choose = (id: string | null) => {
    const next = found.find((one) => one.id === id);
    const kept = next && askedQuery(next.query, Date.now());
    setChoice(next && kept ? { id: next.id, asked: kept } : null);
    if (kept) ask(kept);
  };
  return (
    <Group gap="sm" align="flex-end" px="md" py="sm">
      <Select
        label={t('searches.title')}
        placeholder={found.length > 0 ? t('searches.choose') : t('searches.none')}
        data={groupsOf(found, name, t('searches.mine'), t('searches.shared'))}
        value={chosen}
        onChange={choose}
        disabled={query.isPending}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': t('searches.clear') }}
      />
      <Button variant="default" onClick={() => setDialog('save')}>
        {t('searches.save')}
      </Button>
      {search && (sameName(search.owner, name) || role === 'admin') && (
        <Button variant="default" onClick={() => setDialog('delete')}>
          {t('searches.delete')}
        </Button>
      )}
      {query.error ? <Problem error={query.error} /> : null}
      {dialog === 'save' && <SaveDialog asked={asked} onClose={() => setDialog(null)} onSaved={(id) => setChoice({ id, asked })} />}
      {dialog === 'delete' && search && <DeleteDialog search={search} onClose={() => setDialog(null)} onDeleted={() => setChoice(null)} />}
    </Group>
  );
}

const option = ({ id, name, owner }: SavedSearch, self: string) => ({ value: id, label: sameName(owner, self) ? name : `${name} (${owner})` });

function groupsOf(found: SavedSearch[], self: string, mine: string, shared: string) {
  const own = found.filter(({ owner }) => sameName(owner, self)).map((search) => option(search, self));
  const others = found.filter(({ owner }) => !sameName(owner, self)).map((search) => option(search, self));
  return [
    { group: mine, items: own },
    { group: shared, items: others },
  ].filter(({ items }) => items.length > 0);
}

function SaveDialog({ asked, onClose, onSaved }: { asked: EventQuery; onClose: () => void; onSaved: (id: string) => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const [moves, setMoves] = useState(true);
  const save = useMutation({
    mutationFn: () => searches.saveSearch({ name: name.trim(), shared, query: keptQuery(asked, moves, Date.now()) }),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: key });
      onSaved(id);
      onClose();
    },
  });
  return (
    <Confirm
      opened
      onClose={onClose}
      title={t('searches.save_title')}
      text={t('searches.save_text')}
      confirm={t('searches.save')}
      onConfirm={() => save.mutate()}
      disabled={name.trim() === ''}
      busy={save.isPending}
      error={save.error}
    >
      <TextInput label={t('searches.name')} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={50} autoComplete="off" required data-autofocus />
      <Checkbox label={t('searches.share')} checked={shared} onChange={(event) => setShared(event.currentTarget.checked)} />
      {asked.since !== '' && <Checkbox label={t('searches.moves')} checked={moves} onChange={(event) => setMoves(event.currentTarget.checked)} />}
    </Confirm>
  );
}

function DeleteDialog({ search, onClose, onDeleted }: { search: SavedSearch; onClose: () => void; onDeleted: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => searches.deleteSearch({ id: search.id }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: key });
      onDeleted();
      onClose();
    },
  });
  return (
    <Confirm
      opened
      onClose={onClose}
      title={t('searches.delete_title', { name: search.name })}
      text={t(search.shared ? 'searches.delete_shared' : 'searches.delete_text')}
      confirm={t('searches.delete')}
      onConfirm={() => remove.mutate()}
      busy={remove.isPending}
      error={remove.error}
      danger
    />
  );
}
