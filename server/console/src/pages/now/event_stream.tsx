import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { LiveMark } from '@/components/badges';
import { Section } from '@/components/page';
import { EmptyState, NoticeBox } from '@/components/states';
import { IconPlugConnectedX } from '@/components/icons';
import { useFormats } from '@/i18n/use_formats';
import { eventId } from '@/pages/incident/event_facts';
import { EventLine } from '@/pages/incident/timeline';

import { useLiveEvents } from './live_events';
import classes from './event_stream.module.css';

export function EventStream() {
  const { t } = useTranslation();
  const formats = useFormats();
  const [running, setRunning] = useState(true);
  const { status, events, skipped } = useLiveEvents(running);
  const offered = status !== 'unsupported' && status !== 'denied';
  return (
    <Section
      title={t('now.stream')}
      flush
      actions={
        offered && (
          <Group gap="sm">
            {running && <LiveMark status={status} />}
            <Button size="compact-xs" variant="default" onClick={() => setRunning(!running)}>
              {t(running ? 'now.pause' : 'now.resume')}
            </Button>
          </Group>
        )
      }
    >
      {!offered && <NoticeBox icon={<IconPlugConnectedX size={26} stroke={1.5} />} title={t(`state.${status}.title`)} text={t(`state.${status}.text`)} />}
      {offered && events.length === 0 && <EmptyState title={t('now.stream_empty')} />}
      {skipped > 0 && (
        <Text size="xs" c="dimmed" px="md" py={4}>
          {t('now.skipped', { count: skipped, shown: formats.number(skipped) })}
        </Text>
      )}
      {events.length > 0 && (
        <div className={classes.scroller} tabIndex={0} role="region" aria-label={t('now.stream')}>
          <ol className={classes.list}>
            {events.map((event) => (
              <li key={eventId(event)} className={classes.item}>
                <EventLine event={event} />
              </li>
            ))}
          </ol>
        </div>
      )}
    </Section>
  );
}
