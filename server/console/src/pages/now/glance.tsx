import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { fleet } from '@/api/clients';
import { errorKind } from '@/api/errors';
import { useOpenIncidents } from '@/api/live_incidents';
import { Figure, Figures } from '@/components/facts';
import { AgentState, type AgentStateCount } from '@/gen/vigie/v1/fleet_service_pb';
import { Severity } from '@/gen/vigie/v1/policy_pb';
import { useFormats } from '@/i18n/use_formats';
import { fleetPause } from '@/pages/fleet/fleet_pause';

const day = 86_400_000;
const quiet = [AgentState.CONNECTED, AgentState.NEVER_SEEN, AgentState.REVOKED, AgentState.DISCONNECTED];
const here = [AgentState.CONNECTED, AgentState.SILENT, AgentState.BEHIND, AgentState.SKEWED];

const countOf = (counts: AgentStateCount[], wanted: (state: AgentState) => boolean): number =>
  counts.reduce((sum, { state, agents }) => sum + (wanted(state) ? Number(agents) : 0), 0);

/** Fleet, gaps and incidents in three numbers. */
export function Glance() {
  const { t } = useTranslation();
  const formats = useFormats();
  const { status, open } = useOpenIncidents();
  const told = status === 'live' || open.length > 0;
  const agents = useQuery({ queryKey: ['agents', 'counts'], queryFn: ({ signal }) => fleet.listAgents({ pageSize: 1 }, { signal }), refetchInterval: fleetPause });
  const gaps = useQuery({
    queryKey: ['gaps', 'day'],
    queryFn: ({ signal }) => fleet.listGaps({ since: timestampFromMs(Date.now() - day), pageSize: 1000, newestFirst: true }, { signal }),
    refetchInterval: 30_000,
  });
  const critical = open.filter((incident) => incident.severity === Severity.CRITICAL).length;
  const states = agents.data?.counts ?? [];
  const all = countOf(states, (state) => state !== AgentState.REVOKED);
  const attention = countOf(states, (state) => !quiet.includes(state));
  const gapCount = gaps.data?.gaps.length;
  const more = gaps.data?.nextPageToken ? '+' : '';
  return (
    <Figures>
      <Figure
        name={t('now.open')}
        value={<Link to="/incidents">{told ? formats.number(open.length) : '–'}</Link>}
        note={told && t('now.critical', { count: critical, shown: formats.number(critical) })}
        tone={critical > 0 ? 'critical' : undefined}
      />
      <Figure
        name={t('now.workstations')}
        value={agents.data ? `${formats.number(countOf(states, (state) => here.includes(state)))} ${t('now.of', { all: formats.number(all) })}` : '–'}
        note={agents.data ? t('now.attention', { count: attention, shown: formats.number(attention) }) : agents.error && t(`state.${errorKind(agents.error)}.title`)}
        tone={attention > 0 ? 'high' : undefined}
      />
      <Figure
        name={t('now.gaps')}
        value={<Link to="/fleet">{gapCount === undefined ? '–' : formats.number(gapCount) + more}</Link>}
        note={gaps.error && !gaps.data ? t(`state.${errorKind(gaps.error)}.title`) : t('now.gaps_note')}
        tone={gapCount ? 'medium' : undefined}
      />
    </Figures>
  );
}
