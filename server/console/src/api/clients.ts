import { Code, ConnectError, createClient, type Interceptor } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';

import { AccessService } from '@/gen/vigie/v1/access_service_pb';
import { AttributionService } from '@/gen/vigie/v1/attribution_service_pb';
import { AuditService } from '@/gen/vigie/v1/audit_service_pb';
import { DossierService } from '@/gen/vigie/v1/dossier_service_pb';
import { EnrollmentService } from '@/gen/vigie/v1/enrollment_service_pb';
import { EventService } from '@/gen/vigie/v1/event_service_pb';
import { EvidenceService } from '@/gen/vigie/v1/evidence_service_pb';
import { FleetService } from '@/gen/vigie/v1/fleet_service_pb';
import { IncidentService } from '@/gen/vigie/v1/incident_service_pb';
import { IntegrationService } from '@/gen/vigie/v1/integration_service_pb';
import { PolicyService } from '@/gen/vigie/v1/policy_service_pb';
import { SearchService } from '@/gen/vigie/v1/search_service_pb';
import { StoreService } from '@/gen/vigie/v1/store_service_pb';
import { UnmaskService } from '@/gen/vigie/v1/unmask_service_pb';
import { UserService } from '@/gen/vigie/v1/user_service_pb';

import { csrfToken, sessionEnded } from './session_state';

const withCsrf: Interceptor = (next) => async (request) => {
  request.header.set('X-Vigie-CSRF', csrfToken());
  try {
    return await next(request);
  } catch (error) {
    if (ConnectError.from(error).code === Code.Unauthenticated) sessionEnded();
    throw error;
  }
};

const transport = createConnectTransport({
  baseUrl: window.location.origin,
  interceptors: [withCsrf],
  fetch: (input, init) => fetch(input, { ...init, credentials: 'same-origin' }),
});

export const incidents = createClient(IncidentService, transport);
export const events = createClient(EventService, transport);
export const evidence = createClient(EvidenceService, transport);
export const fleet = createClient(FleetService, transport);
export const policies = createClient(PolicyService, transport);
export const dossiers = createClient(DossierService, transport);
export const attribution = createClient(AttributionService, transport);
export const searches = createClient(SearchService, transport);
export const unmasking = createClient(UnmaskService, transport);
export const audits = createClient(AuditService, transport);
export const access = createClient(AccessService, transport);
export const stores = createClient(StoreService, transport);
export const integrations = createClient(IntegrationService, transport);
export const users = createClient(UserService, transport);
export const enrollment = createClient(EnrollmentService, transport);
