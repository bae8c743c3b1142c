import { ActionIcon, Burger, Tooltip } from '@mantine/core';
import {
  IconActivity, IconAlertTriangle, IconDevices, IconFileDescription, IconFileSearch, IconListCheck, IconLogout, IconSearch, IconSettings, IconShieldCog,
  type Icon,
} from '@/components/icons';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, Outlet, useLocation } from 'react-router';

import { useOpenIncidents } from '@/api/live_incidents';
import { roleMay, useSession, type Permission } from '@/api/session';
import { signOut } from '@/api/session_state';

import { Logo } from './logo';
import classes from './shell.module.css';

type PageName = 'now' | 'incidents' | 'investigate' | 'attribute' | 'fleet' | 'policy' | 'dossiers' | 'audit' | 'settings';

const entries: { name: PageName; icon: Icon; needs?: Permission }[] = [
  { name: 'now', icon: IconActivity, needs: 'events' },
  { name: 'incidents', icon: IconAlertTriangle, needs: 'incidents' },
  { name: 'investigate', icon: IconSearch, needs: 'events' },
  { name: 'attribute', icon: IconFileSearch, needs: 'attribute' },
  { name: 'dossiers', icon: IconFileDescription, needs: 'dossiers' },
  { name: 'fleet', icon: IconDevices, needs: 'fleet' },
  { name: 'policy', icon: IconShieldCog, needs: 'policy' },
  { name: 'audit', icon: IconListCheck, needs: 'audit' },
  { name: 'settings', icon: IconSettings },
];

export function Shell() {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const { pathname } = useLocation();
  const content = useRef<HTMLElement>(null);
  const shown = useRef(pathname);
  useEffect(() => {
    setOpened(false);
    if (shown.current === pathname) return;
    shown.current = pathname;
    window.scrollTo(0, 0);
    content.current?.focus({ preventScroll: true }); // so that the keyboard and a screen reader begin with the page
  }, [pathname]);
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#content">
        {t('nav.skip')}
      </a>
      <header className={classes.bar}>
        <Logo size={24} />
        <span className={classes.brandName}>Vigie</span>
        <Burger opened={opened} onClick={() => setOpened(!opened)} size="sm" color="#fff" aria-label={t(opened ? 'nav.close' : 'nav.open')} />
      </header>
      <aside className={classes.side} data-opened={opened}>
        <div className={classes.brand}>
          <Logo />
          <span className={classes.brandName}>Vigie</span>
        </div>
        <Navigation />
        <Who />
      </aside>
      <main ref={content} id="content" className={classes.content} tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}

function Navigation() {
  const { t } = useTranslation();
  const { role } = useSession();
  const { open } = useOpenIncidents();
  return (
    <nav aria-label={t('nav.label')} className={classes.nav}>
      {entries
        .filter(({ needs }) => !needs || roleMay(role, needs))
        .map(({ name, icon: EntryIcon }) => (
          <NavLink key={name} to={`/${name}`} className={classes.link}>
            <EntryIcon size={18} stroke={1.6} aria-hidden />
            <span>{t(`nav.${name}`)}</span>
            {name === 'incidents' && open.length > 0 && <span className={classes.count}>{open.length}</span>}
          </NavLink>
        ))}
    </nav>
  );
}

function Who() {
  const { t } = useTranslation();
  const { name, role } = useSession();
  return (
    <div className={classes.who}>
      <div className={classes.whoText}>
        <div className={classes.whoName}>{name}</div>
        <div>{t(`role.${role}`)}</div>
      </div>
      <Tooltip label={t('nav.sign_out')} position="right">
        <ActionIcon variant="transparent" color="#b9c6d2" aria-label={t('nav.sign_out')} onClick={() => void signOut()}>
          <IconLogout size={18} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
