import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Button, Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { events } from '@/api/clients';
import { Section } from '@/components/page';
import { Answered, EmptyState } from '@/components/states';
import { EventGrouping, type EventGroup, type SummarizeEventsResponse } from '@/gen/vigie/v1/event_service_pb';
import { useAmounts } from '@/i18n/use_amounts';
import { useFormats } from '@/i18n/use_formats';
import { shadowAddress } from '@/pages/investigate/event_query';

import classes from './shadow_section.module.css';

const spans = [7, 30, 90];
const day = 86_400_000;

const summarize = (days: number, rule: string, groupBy: EventGrouping, signal: AbortSignal) =>
  events.summarizeEvents({ filter: { shadow: true, rule }, from: timestampFromMs(Date.now() - days * day), groupBy }, { signal });

/** What rules in shadow would have done, so that one knows before they are enforced. */
export function ShadowSection() {
  const { t } = useTranslation();
  const [days, setDays] = useState(7);
  const query = useQuery({ queryKey: ['shadow', days], queryFn: ({ signal }) => summarize(days, '', EventGrouping.RULE, signal) });
  const span = (
    <Select
      size="xs"
      aria-label={t('shadow.span')}
      value={String(days)}
      onChange={(value) => setDays(Number(value ?? days))}
      data={spans.map((count) => ({ value: String(count), label: t('shadow.days', { count }) }))}
      allowDeselect={false}
    />
  );
  return (
    <Section title={t('shadow.title')} actions={span}>
      <Text size="sm" c="dimmed">
        {t('shadow.text')}
      </Text>
      <Answered query={query}>
        {(answer) =>
          answer.groups.length === 0 && !answer.truncated ? (
            <EmptyState title={t('shadow.none')} />
          ) : (
            <ul className={classes.list} data-testid="shadow">
              {answer.groups.map((group) => (
                <Rule key={group.name} group={group} days={days} />
              ))}
              <Cut answer={answer} />
            </ul>
          )
        }
      </Answered>
    </Section>
  );
}

function useFigures() {
  const { t } = useTranslation();
  const amount = useAmounts();
  return ({ figures }: EventGroup) => t('shadow.figures', { events: amount('events', figures?.events ?? 0n), customers: amount('customers', figures?.distinctCustomers ?? 0n) });
}

function Rule({ group, days }: { group: EventGroup; days: number }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const [open, setOpen] = useState(false);
  const query = useQuery({ queryKey: ['shadow', days, group.name], queryFn: ({ signal }) => summarize(days, group.name, EventGrouping.USER, signal), enabled: open });
  return (
    <li>
      <div className={classes.line}>
        <strong>{group.name}</strong>
        <Link to={shadowAddress(group.name, days)} title={t('shadow.events')}>
          {figures(group)}
        </Link>
        <Button size="compact-xs" variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>
          {t('shadow.who')}
        </Button>
      </div>
      {open && (
        <Answered query={query}>
          {(answer) => (
            <ul className={classes.users}>
              {answer.groups.map((user) => (
                <li key={user.name}>
                  {user.name || t('investigate.no_group')}: {figures(user)}
                </li>
              ))}
              <Cut answer={answer} />
            </ul>
          )}
        </Answered>
      )}
    </li>
  );
}

function Cut({ answer: { otherGroups, truncated, completeUntil } }: { answer: SummarizeEventsResponse }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <>
      {otherGroups > 0 && <li>{t('shadow.others', { count: otherGroups, shown: formats.number(otherGroups) })}</li>}
      {truncated && <li>{t('now.truncated', { until: formats.time(completeUntil) })}</li>}
    </>
  );
}
