import { Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { Channel } from '@/gen/vigie/v1/activity_pb';
import type { AgentStatus } from '@/gen/vigie/v1/fleet_service_pb';

import { coverageKey, coverageOf, limitingSensors, limitKey } from './coverage';
import classes from './sensor_cell.module.css';
import { sensorKey } from './sensor_matrix';

/** What is seen and stopped of one way out, and what limits it, in words. */
export function useCoverageText() {
  const { t } = useTranslation();
  return (agent: AgentStatus, channel: Channel): string => {
    const coverage = coverageOf(agent, channel);
    if (!coverage) return t('fleet.coverage.none');
    const limit = limitKey(coverage.limit);
    const parts = [
      t('fleet.coverage_text', { seen: t(`fleet.extent.${sensorKey(coverage.seen)}`), blocked: t(`fleet.extent.${sensorKey(coverage.blocked)}`) }),
      limit && t(`fleet.limit.${limit}`),
      ...limitingSensors(agent, coverage),
    ];
    return parts.filter(Boolean).join(' · ');
  };
}

export function CoverageCell({ agent, channel }: { agent: AgentStatus; channel: Channel }) {
  const text = useCoverageText()(agent, channel);
  return (
    <Tooltip label={text} multiline maw={360}>
      <span className={classes.cell} data-state={coverageKey(coverageOf(agent, channel))} role="img" aria-label={text} />
    </Tooltip>
  );
}
