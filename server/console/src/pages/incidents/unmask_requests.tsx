import { Button, Group, Select, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { unmasking } from '@/api/clients';
import { useMay } from '@/api/session';
import { Confirm } from '@/components/confirm';
import { Section } from '@/components/page';
import { UnmaskState, type UnmaskRequest } from '@/gen/vigie/v1/unmask_service_pb';
import { useFormats } from '@/i18n/use_formats';

import classes from './unmask_requests.module.css';

const dialogTexts = {
  approve: { title: 'unmask.approve_title', text: 'unmask.approve_text', confirm: 'unmask.approve' },
  refuse: { title: 'unmask.refuse_title', text: 'unmask.refuse_text', confirm: 'unmask.refuse' },
  end: { title: 'unmask.end_title', text: 'unmask.refuse_text', confirm: 'unmask.end' },
} as const;

const attributionTexts = {
  approve: { title: 'attribute_mask.approve_title', text: 'attribute_mask.approve_text', confirm: 'unmask.approve' },
  refuse: { title: 'attribute_mask.refuse_title', text: 'unmask.refuse_text', confirm: 'unmask.refuse' },
  end: { title: 'attribute_mask.end_title', text: 'unmask.refuse_text', confirm: 'unmask.end' },
} as const;

/** Who has held the customers of a leaked file, not which customers an incident is about. */
const isAttribution = (request: UnmaskRequest): boolean => request.incidentId.startsWith('att-');

const minutes = ['15', '60', '240', '480'];

type Decision = 'approve' | 'refuse' | 'end';

/** What waits for a second person, and what may be taken back; nothing where nothing is open. */
export function UnmaskRequests() {
  const { t } = useTranslation();
  const may = useMay('unmasked');
  const query = useQuery({ queryKey: ['unmask', 'open'], queryFn: ({ signal }) => unmasking.listUnmaskRequests({ open: true }, { signal }), refetchInterval: 5_000, enabled: may });
  const open = query.data?.requests ?? [];
  if (open.length === 0) return null;
  return (
    <Section title={t('unmask.requests')}>
      <ul className={classes.list}>
        {open.map((request) => (
          <Open key={request.id} request={request} />
        ))}
      </ul>
    </Section>
  );
}

function Open({ request }: { request: UnmaskRequest }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const [deciding, setDeciding] = useState<Decision | null>(null);
  const waits = request.state === UnmaskState.WAITING;
  const group = isAttribution(request) ? 'attribute_mask' : 'unmask';
  const said = waits ? t(`${group}.asks`, { who: request.askedBy, at: formats.minute(request.askedAt) }) : t(`${group}.sees`, { who: request.askedBy, until: formats.minute(request.endsAt) });
  return (
    <li className={classes.item}>
      <div>
        <Text size="sm">
          {said} {isAttribution(request) ? t('attribute_mask.of', { id: request.incidentId }) : <Link to={`/incidents/${request.incidentId}`}>{request.incidentId}</Link>}
        </Text>
        <Text size="sm" c="dimmed" className={classes.reason}>
          {request.reason}
        </Text>
      </div>
      <Group gap="xs" wrap="nowrap">
        {waits && (
          <Button size="compact-sm" onClick={() => setDeciding('approve')}>
            {t('unmask.approve')}
          </Button>
        )}
        <Button size="compact-sm" variant="default" onClick={() => setDeciding(waits ? 'refuse' : 'end')}>
          {t(waits ? 'unmask.refuse' : 'unmask.end')}
        </Button>
      </Group>
      <DecideDialog request={request} deciding={deciding} onClose={() => setDeciding(null)} />
    </li>
  );
}

function DecideDialog({ request, deciding, onClose }: { request: UnmaskRequest; deciding: Decision | null; onClose: () => void }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const queries = useQueryClient();
  const [time, setTime] = useState('60');
  const approve = deciding === 'approve';
  const texts = (isAttribution(request) ? attributionTexts : dialogTexts)[deciding ?? 'refuse'];
  const decide = useMutation({
    mutationFn: () => unmasking.decideUnmask({ id: request.id, approve, minutes: Number(time) }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['unmask'] });
      onClose();
    },
  });
  return (
    <Confirm
      opened={deciding !== null}
      onClose={onClose}
      title={t(texts.title, { who: request.askedBy, id: request.incidentId })}
      text={t(texts.text)}
      confirm={t(texts.confirm)}
      onConfirm={() => decide.mutate()}
      busy={decide.isPending}
      error={decide.error}
    >
      {approve && (
        <Select label={t('unmask.time')} value={time} onChange={(value) => setTime(value ?? '60')} data={minutes.map((value) => ({ value, label: formats.duration(Number(value) * 60) }))} allowDeselect={false} />
      )}
    </Confirm>
  );
}
