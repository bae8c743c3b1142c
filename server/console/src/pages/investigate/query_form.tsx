import { Button, Checkbox, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { EnumSelect, Filters } from '@/components/filters';

import type { EventQuery } from './event_query';

interface QueryFormProps {
  asked: EventQuery;
  ask: (query: EventQuery) => void;
  busy: boolean;
}

export function QueryForm({ asked, ask, busy }: QueryFormProps) {
  const { t } = useTranslation();
  const [query, setQuery] = useState(asked);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask({ ...query });
  };
  const text = (name: 'user' | 'host' | 'since' | 'rule', type = 'text') => (
    <TextInput
      label={t(`investigate.${name}`)}
      type={type}
      value={query[name]}
      onChange={(event) => setQuery({ ...query, [name]: event.currentTarget.value })}
      autoComplete="off"
    />
  );
  return (
    <form onSubmit={submit}>
      <Filters>
        {text('since', 'datetime-local')}
        {text('user')}
        {text('host')}
        <EnumSelect label={t('investigate.channel')} group="channel" any={t('investigate.any')} value={query.channel} onChange={(channel) => setQuery({ ...query, channel })} />
        <TextInput label={t('investigate.incident')} placeholder="inc-1" value={query.incidentId} onChange={(event) => setQuery({ ...query, incidentId: event.currentTarget.value })} />
        {text('rule')}
        <Checkbox label={t('investigate.shadow')} mb={8} checked={query.shadow} onChange={(event) => setQuery({ ...query, shadow: event.currentTarget.checked })} />
        <Button type="submit" loading={busy}>
          {t('investigate.search')}
        </Button>
      </Filters>
    </form>
  );
}
