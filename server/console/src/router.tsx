import { createBrowserRouter, type RouteObject } from 'react-router';

import { CrashPage, NotFoundPage } from './layout/fallback_pages';
import { Gate } from './layout/gate';
import { Home } from './layout/home';

// Each page is a chunk of its own.
const pages: RouteObject[] = [
  { index: true, element: <Home /> },
  { path: 'now', lazy: async () => ({ Component: (await import('./pages/now/now_page')).NowPage }) },
  { path: 'incidents', lazy: async () => ({ Component: (await import('./pages/incidents/incidents_page')).IncidentsPage }) },
  { path: 'incidents/:id', lazy: async () => ({ Component: (await import('./pages/incident/incident_page')).IncidentPage }) },
  { path: 'investigate', lazy: async () => ({ Component: (await import('./pages/investigate/investigate_page')).InvestigatePage }) },
  { path: 'attribute', lazy: async () => ({ Component: (await import('./pages/attribute/attribute_page')).AttributePage }) },
  { path: 'fleet', lazy: async () => ({ Component: (await import('./pages/fleet/fleet_page')).FleetPage }) },
  { path: 'policy', lazy: async () => ({ Component: (await import('./pages/policy/policy_page')).PolicyPage }) },
  { path: 'dossiers', lazy: async () => ({ Component: (await import('./pages/dossiers/dossiers_page')).DossiersPage }) },
  { path: 'dossiers/:id', lazy: async () => ({ Component: (await import('./pages/dossier/dossier_page')).DossierPage }) },
  { path: 'audit', lazy: async () => ({ Component: (await import('./pages/audit/audit_page')).AuditPage }) },
  { path: 'settings', lazy: async () => ({ Component: (await import('./pages/settings/settings_page')).SettingsPage }) },
  { path: '*', element: <NotFoundPage /> },
];

export const router = createBrowserRouter([
  { path: '/', element: <Gate />, hydrateFallbackElement: <></>, errorElement: <CrashPage />, children: [{ errorElement: <CrashPage />, children: pages }] },
]);
