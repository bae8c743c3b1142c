import { SegmentedControl, Stack as Pile, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { useMay, useSession } from '@/api/session';
import { Fact, Facts } from '@/components/facts';
import { Columns, Page, Section, Stack } from '@/components/page';
import { languageNames, languages, setLanguage, type Language } from '@/i18n';
import { useFormats } from '@/i18n/use_formats';

import { Indexes } from './indexes';
import { Integrations } from './integrations';
import { OwnPassword } from './own_password';
import { Retention } from './retention';
import { Tokens } from './tokens';
import { Users } from './users';

const schemes: MantineColorScheme[] = ['auto', 'light', 'dark'];

export function SettingsPage() {
  const { t } = useTranslation();
  const maySeeTokens = useMay('tokens');
  const maySeeUsers = useMay('users');
  return (
    <Page title={t('settings.title')}>
      <Columns wide>
        <Stack>
          {maySeeUsers && <Users />}
          {maySeeTokens && <Tokens />}
          <Indexes />
          <Integrations />
        </Stack>
        <Stack>
          <SessionFacts />
          <Appearance />
          <Retention />
        </Stack>
      </Columns>
    </Page>
  );
}

function SessionFacts() {
  const { t } = useTranslation();
  const formats = useFormats();
  const session = useSession();
  return (
    <Section title={t('settings.session')} actions={<OwnPassword />}>
      <Facts>
        <Fact name={t('settings.signed_in')}>{session.name}</Fact>
        <Fact name={t('settings.role')}>{t(`role.${session.role}`)}</Fact>
        <Fact name={t('settings.expires')}>{formats.minute(new Date(session.expires_at))}</Fact>
      </Facts>
    </Section>
  );
}

/** Both are kept in the browser: they say nothing of anybody. */
function Appearance() {
  const { t, i18n } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true }); // else a <style> element stops them
  return (
    <Section title={t('settings.appearance')}>
      <Pile gap="md">
        <div>
          <div id="settings-scheme">{t('settings.scheme')}</div>
          <SegmentedControl
            aria-labelledby="settings-scheme"
            value={colorScheme}
            onChange={(value) => setColorScheme(value as MantineColorScheme)}
            data={schemes.map((value) => ({ value, label: t(`settings.scheme_${value}`) }))}
          />
        </div>
        <div>
          <div id="settings-language">{t('settings.language')}</div>
          <SegmentedControl
            aria-labelledby="settings-language"
            value={i18n.language}
            onChange={(value) => setLanguage(value as Language)}
            data={languages.map((value) => ({ value, label: languageNames[value] }))}
          />
        </div>
      </Pile>
    </Section>
  );
}
