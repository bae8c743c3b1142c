import { Button, Group, Select, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { fleet, policies } from '@/api/clients';
import { Confirm, Problem } from '@/components/confirm';
import { useRings } from '@/pages/policy/use_rings';

import { namesIn, ringsBeforeLast } from './ring_names';

/** Everything that shows rings is asked again. */
function useAskAgain() {
  const queries = useQueryClient();
  return () => {
    for (const key of ['agents', 'rings', 'policy']) void queries.invalidateQueries({ queryKey: [key] });
  };
}

export function RingFilter({ value, onChange }: { value: string; onChange: (ring: string) => void }) {
  const { t } = useTranslation();
  const names = useRings().data?.rings.map(({ name }) => name) ?? [];
  return (
    <Select label={t('fleet.col.ring')} placeholder={t('fleet.any_ring')} data={names} value={value || null} onChange={(chosen) => onChange(chosen ?? '')} clearable clearButtonProps={{ 'aria-label': t('fleet.any_ring') }} />
  );
}

/** Of one workstation or of those that are chosen. */
export function MoveToRing({ ids, onMoved }: { ids: string[]; onMoved?: () => void }) {
  const { t } = useTranslation();
  const askAgain = useAskAgain();
  const names = useRings().data?.rings.map(({ name }) => name) ?? [];
  const [ring, setRing] = useState<string | null>(null);
  const [asked, setAsked] = useState(false);
  const move = useMutation({
    mutationFn: () => fleet.assignRing({ ring: ring ?? '', agentIds: ids }),
    onSuccess: () => {
      setAsked(false);
      askAgain();
      onMoved?.();
    },
  });
  const ask = () => {
    move.reset();
    setAsked(true);
  };
  return (
    <Group gap="xs" align="end">
      <Select label={t('fleet.move_to')} data={names} value={ring} onChange={setRing} />
      <Button variant="default" disabled={ring === null || ids.length === 0} onClick={ask}>
        {t('fleet.move')}
      </Button>
      <Confirm
        opened={asked}
        onClose={() => setAsked(false)}
        title={t('fleet.move_title', { count: ids.length, shown: ids.length, ring: ring ?? '' })}
        text={t('fleet.move_text')}
        confirm={t('fleet.move')}
        onConfirm={() => move.mutate()}
        busy={move.isPending}
        error={move.error}
      />
    </Group>
  );
}

/** How many are chosen, and what can be done with them. */
export function ChosenBar({ ids, onDone, onChooseAll }: { ids: string[]; onDone: () => void; onChooseAll: () => void }) {
  const { t } = useTranslation();
  return (
    <Group px="md" py="xs" gap="md" align="end" role="group" aria-label={t('fleet.chosen_group')}>
      <Text size="sm">{t('fleet.chosen', { count: ids.length, shown: ids.length })}</Text>
      <Button size="xs" variant="default" onClick={onChooseAll}>
        {t('fleet.choose_all')}
      </Button>
      {ids.length > 0 && (
        <>
          <Button size="xs" variant="default" onClick={onDone}>
            {t('fleet.choose_none')}
          </Button>
          <MoveToRing ids={ids} onMoved={onDone} />
        </>
      )}
    </Group>
  );
}

/** Names and order of the rings. */
export function RingsButton() {
  const { t } = useTranslation();
  const askAgain = useAskAgain();
  const rings = useRings().data?.rings ?? [];
  const [typed, setTyped] = useState<string | null>(null);
  const close = () => setTyped(null);
  const set = useMutation({
    mutationFn: (names: string[]) => policies.setRings({ names }),
    onSuccess: () => {
      close();
      askAgain();
    },
  });
  const open = () => {
    set.reset();
    setTyped(ringsBeforeLast(rings).join(', '));
  };
  return (
    <>
      <Button variant="default" onClick={open} disabled={rings.length === 0}>
        {t('fleet.rings')}
      </Button>
      <Confirm opened={typed !== null} onClose={close} title={t('fleet.rings')} text={t('fleet.rings_text')} confirm={t('fleet.rings_save')} onConfirm={() => set.mutate(namesIn(typed ?? ''))} busy={set.isPending}>
        <TextInput label={t('fleet.rings_names')} description={t('fleet.rings_hint')} value={typed ?? ''} onChange={(event) => setTyped(event.currentTarget.value)} data-autofocus />
        {set.error ? <Problem error={set.error} /> : null}
      </Confirm>
    </>
  );
}
