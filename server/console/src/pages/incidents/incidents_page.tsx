import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';

import { incidents as api } from '@/api/clients';
import { useLiveIncidents } from '@/api/live_incidents';
import { useMay } from '@/api/session';
import type { StreamStatus } from '@/api/stream';
import { LiveMark } from '@/components/badges';
import { DataTable } from '@/components/data_table';
import { EnumSelect, Filters } from '@/components/filters';
import pageClasses from '@/components/page.module.css';
import { Page } from '@/components/page';
import { EmptyState, ErrorState, LoadingState, NoPermission, NotTold } from '@/components/states';
import { useNow } from '@/components/use_now';
import { IncidentState, type Incident } from '@/gen/vigie/v1/incident_pb';
import { useFormats } from '@/i18n/use_formats';

import { useIncidentColumns } from './incident_columns';
import { UnmaskRequests } from './unmask_requests';
import { matches, noFilter, type IncidentFilter } from './incident_filter';

const states = { open: IncidentState.OPEN, suppressed: IncidentState.SUPPRESSED, closed: IncidentState.CLOSED };
type StateName = keyof typeof states;

/** Closed ones by pages; those that closed while the page is open come from the stream. */
function useClosedIncidents(wanted: boolean) {
  return useInfiniteQuery({
    queryKey: ['incidents', 'closed'],
    enabled: wanted,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => api.listIncidents({ state: IncidentState.CLOSED, pageSize: 500, pageToken: pageParam }, { signal }),
    getNextPageParam: (last) => last.nextPageToken || undefined,
  });
}

export function IncidentsPage() {
  const { t } = useTranslation();
  const may = useMay('incidents');
  const { status } = useLiveIncidents();
  return (
    <Page title={t('incidents.title')} aside={may && <LiveMark status={status} />}>
      {may && <UnmaskRequests />}
      {may ? <IncidentList /> : <NoPermission />}
    </Page>
  );
}

function IncidentList() {
  const { t } = useTranslation();
  const formats = useFormats();
  const [state, setState] = useState<StateName>('open');
  const [filter, setFilter] = useState<IncidentFilter>(noFilter);
  const { status, byId } = useLiveIncidents();
  const closed = useClosedIncidents(state === 'closed');
  const all = useMemo(() => {
    const older = state === 'closed' ? (closed.data?.pages.flatMap((page) => page.incidents) ?? []) : [];
    const merged = new Map(older.map((incident) => [incident.id, incident]));
    byId.forEach((incident) => merged.set(incident.id, incident));
    return [...merged.values()].filter((incident) => incident.state === states[state]);
  }, [state, byId, closed.data]);
  const shown = useMemo(() => all.filter((incident) => matches(incident, filter)), [all, filter]);

  return (
    <div className={pageClasses.section}>
      <Filters end={t('incidents.count', { count: shown.length, shown: formats.number(shown.length) })}>
        <SegmentedControl
          aria-label={t('incidents.col.state')}
          value={state}
          onChange={(value) => setState(value as StateName)}
          data={(Object.keys(states) as StateName[]).map((value) => ({ value, label: t(`incidents.state.${value}`) }))}
        />
        <TextInput
          label={t('incidents.filter')}
          placeholder={t('incidents.filter_hint')}
          value={filter.words}
          onChange={(event) => setFilter({ ...filter, words: event.currentTarget.value })}
        />
        <EnumSelect label={t('incidents.severity')} group="severity" any={t('incidents.any')} value={filter.severity} onChange={(severity) => setFilter({ ...filter, severity })} />
        <EnumSelect label={t('incidents.channel')} group="channel" any={t('incidents.any_channel')} value={filter.channel} onChange={(channel) => setFilter({ ...filter, channel })} />
      </Filters>
      <IncidentRows
        rows={shown}
        filtered={shown.length !== all.length}
        open={state === 'open'}
        loading={state === 'closed' && closed.isPending}
        untold={state !== 'closed' && status !== 'live' && all.length === 0 ? status : null}
        error={state === 'closed' && !closed.data ? closed.error : null}
        retry={() => void closed.refetch()}
      />
      {state === 'closed' && closed.hasNextPage && (
        <Button variant="subtle" onClick={() => void closed.fetchNextPage()} loading={closed.isFetchingNextPage}>
          {t('action.more')}
        </Button>
      )}
    </div>
  );
}

interface RowsProps {
  rows: Incident[];
  filtered: boolean;
  open: boolean;
  loading: boolean;
  /** Of a stream that has told nothing yet, or nothing any more. */
  untold: StreamStatus | null;
  error: unknown;
  retry: () => void;
}

function IncidentRows({ rows, filtered, open, loading, untold, error, retry }: RowsProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const columns = useIncidentColumns(useNow());
  if (error) return <ErrorState error={error} retry={retry} />;
  if (loading) return <LoadingState />;
  if (untold) return <NotTold status={untold} />;
  if (rows.length === 0 && filtered) return <EmptyState title={t('incidents.none_match')} />;
  if (rows.length === 0) return open ? <EmptyState title={t('incidents.none_open')} text={t('incidents.none_open_text')} /> : <EmptyState title={t('incidents.none')} />;
  return (
    <DataTable
      label={t('incidents.title')}
      rows={rows}
      columns={columns}
      rowId={(incident) => incident.id}
      onOpen={(incident) => void navigate(`/incidents/${incident.id}`)}
      sorting={[{ id: 'opened', desc: true }]}
    />
  );
}
