import { Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { SensorHealth } from '@/gen/vigie/v1/agent_service_pb';

import classes from './sensor_cell.module.css';
import { sensorKey } from './sensor_matrix';

/** A mark of its own form for each state: colour alone would not do. */
export function SensorCell({ sensor }: { sensor: SensorHealth | undefined }) {
  const { t } = useTranslation();
  const key = sensorKey(sensor?.state);
  const text = [t(`fleet.sensor.${key}`), sensor?.reason].filter(Boolean).join(': ');
  return (
    <Tooltip label={text} multiline maw={320}>
      <span className={classes.cell} data-state={key} role="img" aria-label={text} />
    </Tooltip>
  );
}

export function MatrixLegend({ of }: { of: 'coverage' | 'sensor' }) {
  const { t } = useTranslation();
  return (
    <ul className={classes.legend} aria-label={t('fleet.legend')}>
      {(['1', '2', '3', 'none'] as const).map((key) => (
        <li key={key}>
          <span className={classes.cell} data-state={key} aria-hidden /> {t(`fleet.${of}.${key}`)}
        </li>
      ))}
    </ul>
  );
}
