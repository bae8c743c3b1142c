import { Button, Table, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { access } from '@/api/clients';
import { useMay } from '@/api/session';
import type { Role } from '@/api/session_state';
import { Confirm } from '@/components/confirm';
import { Section } from '@/components/page';
import { Answered, EmptyState } from '@/components/states';
import type { ApiTokenStatus } from '@/gen/vigie/v1/access_service_pb';
import { useFormats } from '@/i18n/use_formats';

import { NewAccess } from './new_access';

function NewToken() {
  const { t } = useTranslation();
  const texts = {
    open: t('settings.token_new'),
    title: t('settings.token_new_title'),
    text: t('settings.token_new_text'),
    confirm: t('settings.token_create'),
    name: t('settings.token_name'),
    role: t('settings.token_role'),
    secret: t('settings.token'),
    once: t('settings.token_once'),
  };
  return <NewAccess texts={texts} listKey="tokens" make={async (name, role) => (await access.createApiToken({ name, role })).token} />;
}

export function Tokens() {
  const { t } = useTranslation();
  const mayChange = useMay('changeTokens');
  const [revoked, setRevoked] = useState<string | null>(null);
  const query = useQuery({ queryKey: ['tokens'], queryFn: ({ signal }) => access.listApiTokens({}, { signal }) });
  return (
    <Section title={t('settings.tokens')} actions={mayChange && <NewToken />}>
      <Text size="sm" c="dimmed" mb="xs">
        {t('settings.tokens_text')}
      </Text>
      <Answered query={query}>
        {({ tokens }) =>
          tokens.length === 0 ? <EmptyState title={t('settings.tokens_none')} /> : <TokenTable tokens={tokens} onRevoke={mayChange ? setRevoked : undefined} />
        }
      </Answered>
      <RevokeDialog name={revoked} onClose={() => setRevoked(null)} />
    </Section>
  );
}

function TokenTable({ tokens, onRevoke }: { tokens: ApiTokenStatus[]; onRevoke: ((name: string) => void) | undefined }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('settings.token_name')}</Table.Th>
            <Table.Th>{t('settings.token_role')}</Table.Th>
            <Table.Th>{t('settings.token_created')}</Table.Th>
            {onRevoke && (
              <Table.Th>
                <span className="visually-hidden">{t('settings.revoke')}</span>
              </Table.Th>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tokens.map((token) => (
            <Table.Tr key={token.name}>
              <Table.Td>{token.name}</Table.Td>
              <Table.Td>{t(`role.${token.role as Role}`)}</Table.Td>
              <Table.Td>{formats.minute(token.createdAt)}</Table.Td>
              {onRevoke && (
                <Table.Td align="right">
                  <Button size="compact-xs" variant="default" onClick={() => onRevoke(token.name)} aria-label={t('settings.revoke_name', { name: token.name })}>
                    {t('settings.revoke')}
                  </Button>
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function RevokeDialog({ name, onClose }: { name: string | null; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: (tokenName: string) => access.revokeApiToken({ name: tokenName }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['tokens'] });
      onClose();
    },
  });
  const close = () => {
    revoke.reset();
    onClose();
  };
  return (
    <Confirm
      opened={name !== null}
      onClose={close}
      title={t('settings.revoke_title', { name: name ?? '' })}
      text={t('settings.revoke_text')}
      confirm={t('settings.revoke')}
      onConfirm={() => name && revoke.mutate(name)}
      busy={revoke.isPending}
      error={revoke.error}
      danger
    />
  );
}
