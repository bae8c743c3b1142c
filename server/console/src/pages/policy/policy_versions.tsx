import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { policies } from '@/api/clients';
import { Tag } from '@/components/badges';
import { Problem } from '@/components/confirm';
import { Section } from '@/components/page';
import { Answered, EmptyState } from '@/components/states';
import { useFormats } from '@/i18n/use_formats';

export function PolicyVersions({ onShow }: { onShow: ((text: string) => void) | undefined }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const query = useQuery({ queryKey: ['policy', 'versions'], queryFn: ({ signal }) => policies.listPolicyVersions({}, { signal }) });
  const show = useMutation({ mutationFn: (version: number) => policies.getPolicy({ version }), onSuccess: ({ text }) => onShow?.(text) });
  return (
    <Section title={t('policy.versions')}>
      {show.error ? <Problem error={show.error} /> : null}
      <Answered query={query}>
        {({ versions }) =>
          versions.length === 0 ? (
            <EmptyState title={t('policy.none')} />
          ) : (
            versions.map((one) => (
              <Group key={one.version} justify="space-between" py={6} wrap="nowrap">
                <div>
                  <Text fw={600}>{t('policy.version', { version: one.version })}</Text>
                  {one.rings.map((ring) => (
                    <Tag key={ring} tone="low">
                      {ring}
                    </Tag>
                  ))}
                  <Text size="xs" c="dimmed">
                    {formats.time(one.inForceSince)} {one.pushedBy && t('policy.by', { who: one.pushedBy })} · {formats.bytes(one.bytes)}
                  </Text>
                </div>
                {onShow && (
                  <Button size="compact-xs" variant="default" flex="none" title={t('policy.show_title')} onClick={() => show.mutate(one.version)}>
                    {t('policy.show')}
                  </Button>
                )}
              </Group>
            ))
          )
        }
      </Answered>
    </Section>
  );
}
