import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { attribution } from '@/api/clients';
import { useMay } from '@/api/session';
import { Fact, Facts } from '@/components/facts';
import { Page, Section } from '@/components/page';
import { Answered, EmptyState, NoPermission } from '@/components/states';
import type { AttributeResponse, DescribeUploadResponse } from '@/gen/vigie/v1/attribution_service_pb';
import { problemText } from '@/i18n/refusals';
import { useAmounts } from '@/i18n/use_amounts';
import { useFormats } from '@/i18n/use_formats';
import { UnmaskSection, WatchEnd } from '@/pages/incident/unmask_section';

import { FileDrop } from './file_drop';
import { Holders } from './holders';
import { useAttribution } from './use_attribution';

export function AttributePage() {
  const { t } = useTranslation();
  const may = useMay('attribute');
  const query = useQuery({ queryKey: ['upload'], queryFn: ({ signal }) => attribution.describeUpload({}, { signal }), enabled: may });
  return (
    <Page title={t('attribute.title')} lead={may && t('attribute.lead')}>
      {may ? <Answered query={query}>{(setup) => <Attribute setup={setup} />}</Answered> : <NoPermission />}
    </Page>
  );
}

function Attribute({ setup }: { setup: DescribeUploadResponse }) {
  const { t } = useTranslation();
  const attributed = useAttribution(Number(setup.mostBytes));
  if (setup.mostBytes === 0n) {
    return (
      <Section title={t('attribute.file')}>
        <EmptyState title={t('attribute.not_configured')} text={t('attribute.not_configured_text')} />
      </Section>
    );
  }
  return (
    <>
      <Section title={t('attribute.file')}>
        <FileDrop attributed={attributed} mostBytes={Number(setup.mostBytes)} />
      </Section>
      {attributed.answer && <Holders answer={attributed.answer} />}
      {attributed.answer?.attribution?.id && <Names attribution={attributed.answer.attribution} again={attributed.again} />}
      <Indexes setup={setup} />
    </>
  );
}

/** Asks for the names, or notices when they may not be shown any longer. */
function Names({ attribution: { id, masked, holders }, again }: { attribution: AttributeResponse; again: () => void }) {
  const { t } = useTranslation();
  const mayKnow = useMay('unmasked');
  const asTold = t('attribute_mask.id', { id });
  if (!masked || holders.length === 0) {
    return (
      <>
        {!mayKnow && holders.length > 0 && <WatchEnd subject={id} onEnd={again} />}
        <Text size="xs" c="dimmed">
          {asTold}
        </Text>
      </>
    );
  }
  const texts = { title: t('attribute_mask.title'), masked: `${t('attribute_mask.masked')} ${asTold}`, askTitle: t('attribute_mask.ask_title') };
  return <UnmaskSection subject={id} onApproved={again} texts={texts} />;
}

function Indexes({ setup }: { setup: DescribeUploadResponse }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const amount = useAmounts();
  return (
    <Section title={t('attribute.indexes')}>
      <Facts>
        {setup.indexes.map((index, number) => (
          <Fact key={number} name={t('attribute.index', { number: number + 1 })}>
            {index.problem ? (
              <Text c="var(--critical)" size="sm" role="alert">
                {problemText('index_problem', index.detail, index.problem)}
              </Text>
            ) : (
              t('attribute.index_line', { customers: amount('customers', index.customers), built: formats.minute(index.builtAt) })
            )}
          </Fact>
        ))}
      </Facts>
    </Section>
  );
}
