import { Progress, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { incidents } from '@/api/clients';
import { Section } from '@/components/page';
import { Answered, EmptyState } from '@/components/states';
import { seconds } from '@/format/times';
import type { NearThreshold } from '@/gen/vigie/v1/incident_service_pb';
import { useFormats } from '@/i18n/use_formats';
import { useLabel } from '@/i18n/labels';

import classes from './now_lists.module.css';

export function NearThresholds() {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: ['near'], queryFn: ({ signal }) => incidents.listNearThresholds({ limit: 8 }, { signal }), refetchInterval: 5_000 });
  return (
    <Section title={t('now.near')} flush>
      <Answered query={query}>
        {({ near }) =>
          near.length === 0 ? (
            <EmptyState title={t('now.near_empty')} />
          ) : (
            <ul className={classes.list}>
              {near.map((one) => (
                <Near key={`${one.rule} ${one.subject}`} near={one} />
              ))}
            </ul>
          )
        }
      </Answered>
    </Section>
  );
}

function Near({ near }: { near: NearThreshold }) {
  const { t } = useTranslation();
  const label = useLabel();
  const formats = useFormats();
  const words = {
    measured: formats.number(near.measured),
    over: formats.number(near.over),
    measure: label('measure', near.measure),
    window: formats.duration(seconds(near.window)),
  };
  const subject = near.user || near.host || near.subject;
  return (
    <li className={classes.item}>
      <div className={classes.line}>
        <span className={classes.name}>{subject}</span>
        <span className="numeric">{formats.percent(near.fraction)}</span>
      </div>
      <Progress value={Math.min(near.fraction, 1) * 100} size="sm" my={4} color={near.fraction >= 0.8 ? 'orange' : 'vigie'} aria-label={`${near.rule} ${subject}`} />
      <Text size="xs" c="dimmed" className={classes.note}>
        {near.rule} · {t('now.near_value', words)}
      </Text>
    </li>
  );
}
