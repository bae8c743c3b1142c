import { useTranslation } from 'react-i18next';

import { useOpenIncidents } from '@/api/live_incidents';
import { useMay } from '@/api/session';
import { LiveMark } from '@/components/badges';
import { Columns, Page, Stack } from '@/components/page';
import { NoPermission } from '@/components/states';

import { EventStream } from './event_stream';
import { ExposureChart } from './exposure_chart';
import { Glance } from './glance';
import { NearThresholds } from './near_thresholds';
import { OpenIncidents } from './open_incidents';

export function NowPage() {
  const { t } = useTranslation();
  const may = useMay('events');
  const { status } = useOpenIncidents();
  if (!may) return <Page title={t('now.title')}><NoPermission /></Page>;
  return (
    <Page title={t('now.title')} aside={<LiveMark status={status} />}>
      <Glance />
      <Columns wide>
        <Stack>
          <ExposureChart />
          <EventStream />
        </Stack>
        <Stack>
          <OpenIncidents />
          <NearThresholds />
        </Stack>
      </Columns>
    </Page>
  );
}
