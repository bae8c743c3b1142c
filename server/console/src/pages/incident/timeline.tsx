import { Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';

import { VerdictTag } from '@/components/badges';
import type { Activity } from '@/gen/vigie/v1/activity_pb';
import type { Event } from '@/gen/vigie/v1/event_pb';
import { Evaluated } from '@/gen/vigie/v1/finding_pb';
import { useFormats } from '@/i18n/use_formats';
import { useLabel } from '@/i18n/labels';

import { activityOf, customersOf, eventId, eventTime, gapOf, lastName } from './event_facts';
import classes from './timeline.module.css';

/** Events in order, by name of their step where they are one of a sequence. */
export function Timeline({ events, steps, label }: { events: Event[]; steps: Map<string, string>; label: string }) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: events.length, getScrollElement: () => scroller.current, estimateSize: () => 62, overscan: 8 });
  return (
    <div ref={scroller} className={classes.scroller} tabIndex={0} role="region" aria-label={label}>
      <ol className={classes.list} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const event = events[item.index];
          if (!event) return null;
          const id = eventId(event);
          return (
            <li key={id} ref={virtual.measureElement} data-index={item.index} className={classes.item} style={{ transform: `translateY(${item.start}px)` }}>
              <EventLine event={event} step={steps.get(id)} />
            </li>
          );
        })}
      </ol>
    </div>
  );
}

export function EventLine({ event, step }: { event: Event; step?: string | undefined }) {
  const formats = useFormats();
  const activity = activityOf(event);
  const at = new Date(eventTime(event));
  return (
    <>
      <time className={classes.time} dateTime={at.toISOString()} title={formats.time(at)}>
        {formats.time(at)}
      </time>
      <div className={classes.what}>
        {activity ? <ActivityWords activity={activity} step={step} /> : <GapWords event={event} />}
        <EventTags event={event} />
      </div>
    </>
  );
}

function ActivityWords({ activity, step }: { activity: Activity; step: string | undefined }) {
  const { t } = useTranslation();
  const label = useLabel();
  const path = activity.file?.path ?? '';
  return (
    <>
      <div className={classes.line}>
        {step && <span className={classes.step}>{step}</span>}
        <strong>{label('activity', activity.kind)}</strong>
        <span className="dimmed">{label('channel', activity.channel)}</span>
        {path && (
          <span className={classes.path} title={path}>
            {lastName(path)}
          </span>
        )}
        {activity.file?.origin && <span className="dimmed">({activity.file.origin})</span>}
      </div>
      <Text size="xs" c="dimmed" className={classes.second}>
        {[
          activity.user && `${activity.user} @ ${activity.host}`,
          activity.process?.exe && t('event.by', { name: lastName(activity.process.exe) }),
          activity.destination?.name && t('event.to', { name: activity.destination.name }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </Text>
    </>
  );
}

function GapWords({ event }: { event: Event }) {
  const { t } = useTranslation();
  const gap = gapOf(event);
  return <div className={classes.line}>{t('event.gap', { sensor: gap?.sensor ?? '', reason: gap?.reason ?? '' })}</div>;
}

function EventTags({ event }: { event: Event }) {
  const { t } = useTranslation();
  const label = useLabel();
  const formats = useFormats();
  const customers = customersOf(event);
  const canaries = event.inspection?.customers?.canaries ?? 0;
  const evaluated = event.inspection?.evaluated ?? Evaluated.UNSPECIFIED;
  const reasons = event.inspection?.reasons.map((reason) => label('reason', reason)).join(', ');
  return (
    <div className={classes.tags}>
      {customers > 0 && <span className={classes.customers}>{t('event.customers', { count: customers, shown: formats.number(customers) })}</span>}
      {canaries > 0 && <span className={classes.customers}>{t('event.canaries', { count: canaries, shown: formats.number(canaries) })}</span>}
      <VerdictTag verdict={event.verdict} shadow={event.shadow} />
      {(evaluated === Evaluated.PARTIAL || evaluated === Evaluated.NONE) && (
        <span className="dimmed">
          {label('evaluated', evaluated)}
          {reasons && `: ${reasons}`}
        </span>
      )}
      {event.folded > 0 && <span className="dimmed">{t('event.folded', { shown: formats.number(event.folded) })}</span>}
      {event.late && <span className="dimmed">{t('event.late')}</span>}
    </div>
  );
}
