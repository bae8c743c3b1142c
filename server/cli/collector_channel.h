#pragma once

#include <functional>
#include <memory>
#include <string>

#include "platform/base/result.h"
#include "vigie/v1/access_service.pb.h"
#include "vigie/v1/attribution_service.pb.h"
#include "vigie/v1/audit_service.pb.h"
#include "vigie/v1/dossier_service.pb.h"
#include "vigie/v1/enrollment_service.pb.h"
#include "vigie/v1/event_service.pb.h"
#include "vigie/v1/evidence_service.pb.h"
#include "vigie/v1/fleet_service.pb.h"
#include "vigie/v1/incident_service.pb.h"
#include "vigie/v1/integration_service.pb.h"
#include "vigie/v1/policy_service.pb.h"
#include "vigie/v1/session_service.pb.h"
#include "vigie/v1/store_service.pb.h"
#include "vigie/v1/user_service.pb.h"

namespace vigie::cli {

struct Context;

// The collector's services for analysts, over TLS (or plainly, to this machine only) with the API token. Each call
// ends within 10 s, Attribute within 10 minutes; a watch and a backtest go on until they end. Errors say whether the
// collector could not be reached, or did not allow it, or refused the request.
class CollectorChannel {
 public:
  // Reads token and certificate files; does not connect yet.
  static base::Result<std::unique_ptr<CollectorChannel>> Open(const Context& context);
  ~CollectorChannel();

  base::Result<v1::ListIncidentsResponse> ListIncidents(const v1::ListIncidentsRequest& request);
  base::Result<v1::Incident> GetIncident(const v1::GetIncidentRequest& request);
  base::Result<v1::Incident> CloseIncident(const v1::CloseIncidentRequest& request);
  base::Result<v1::Incident> AssignIncident(const v1::AssignIncidentRequest& request);
  base::Result<v1::Incident> BlockChannels(const v1::BlockChannelsRequest& request);
  base::Result<v1::Incident> LiftBlock(const v1::LiftBlockRequest& request);
  base::Result<v1::GetBlockStateResponse> GetBlockState(const v1::GetBlockStateRequest& request);
  base::Result<v1::ListBlocksResponse> ListBlocks();
  // Until `on_incident` returns false or the stream breaks, which is an error.
  base::Result<void> WatchIncidents(const v1::WatchIncidentsRequest& request,
                                    const std::function<bool(const v1::Incident&)>& on_incident);
  base::Result<v1::QueryEventsResponse> QueryEvents(const v1::QueryEventsRequest& request);
  base::Result<v1::EvidenceReport> VerifyEvidence(const v1::VerifyEvidenceRequest& request);  // within 10 minutes
  // Until all of it has come, or `on_piece` returns false.
  base::Result<void> ExportEvidence(const v1::ExportEvidenceRequest& request,
                                    const std::function<bool(const std::string&)>& on_piece);
  base::Result<v1::AttributeResponse> Attribute(const v1::AttributeRequest& request);
  base::Result<v1::ListGapsResponse> ListGaps(const v1::ListGapsRequest& request);
  base::Result<v1::AgentStatus> RevokeAgent(const v1::RevokeAgentRequest& request);
  base::Result<v1::ListAgentsResponse> ListAgents(const v1::ListAgentsRequest& request);
  base::Result<v1::ListRingsResponse> ListRings();
  base::Result<v1::AssignRingResponse> AssignRing(const v1::AssignRingRequest& request);
  base::Result<v1::GetPolicyResponse> GetPolicy(const v1::GetPolicyRequest& request);
  base::Result<v1::PushPolicyResponse> PushPolicy(const v1::PushPolicyRequest& request);
  base::Result<v1::RolloutResponse> RollOutPolicy(const v1::RollOutPolicyRequest& request);
  base::Result<v1::RolloutResponse> PromotePolicy(const v1::PromotePolicyRequest& request);
  base::Result<v1::RolloutResponse> RollBackPolicy(const v1::RollBackPolicyRequest& request);
  base::Result<v1::RolloutResponse> SetRings(const v1::SetRingsRequest& request);
  // Until the collector ends it, or `on_message` returns false, which is kCancelled.
  base::Result<void> BacktestPolicy(const v1::BacktestPolicyRequest& request,
                                    const std::function<bool(const v1::BacktestPolicyResponse&)>& on_message);
  base::Result<v1::CreateEnrollmentTokenResponse> CreateEnrollmentToken(
      const v1::CreateEnrollmentTokenRequest& request);
  base::Result<v1::ListPolicyVersionsResponse> ListPolicyVersions();
  base::Result<v1::ListAuditResponse> ListAudit(const v1::ListAuditRequest& request);
  base::Result<v1::VerifyAuditResponse> VerifyAudit();  // within 10 minutes
  base::Result<v1::CreateApiTokenResponse> CreateApiToken(const v1::CreateApiTokenRequest& request);
  base::Result<v1::ListApiTokensResponse> ListApiTokens();
  base::Result<v1::RevokeApiTokenResponse> RevokeApiToken(const v1::RevokeApiTokenRequest& request);
  base::Result<v1::CreateUserResponse> CreateUser(const v1::CreateUserRequest& request);
  base::Result<v1::ListUsersResponse> ListUsers();
  base::Result<v1::UserStatus> SetUserRole(const v1::SetUserRoleRequest& request);
  base::Result<v1::UserStatus> SetUserDisabled(const v1::SetUserDisabledRequest& request);
  base::Result<v1::ResetPasswordResponse> ResetPassword(const v1::ResetPasswordRequest& request);
  base::Result<v1::RemoveUserResponse> RemoveUser(const v1::RemoveUserRequest& request);
  base::Result<v1::ChangePasswordResponse> ChangePassword(const v1::ChangePasswordRequest& request);
  base::Result<v1::Dossier> CreateDossier(const v1::CreateDossierRequest& request);
  base::Result<v1::Dossier> GetDossier(const v1::GetDossierRequest& request);
  base::Result<v1::Dossier> UpdateDossier(const v1::UpdateDossierRequest& request);
  base::Result<v1::ListDossiersResponse> ListDossiers(const v1::ListDossiersRequest& request);
  base::Result<v1::ExportDossierResponse> ExportDossier(const v1::ExportDossierRequest& request);
  base::Result<v1::RunRetentionResponse> RunRetention(const v1::RunRetentionRequest& request);  // within a day
  base::Result<v1::ListIntegrationsResponse> ListIntegrations();
  base::Result<v1::TestIntegrationResponse> TestIntegration(const v1::TestIntegrationRequest& request);  // within 60 s

 private:
  class Connection;
  explicit CollectorChannel(std::unique_ptr<Connection> connection);

  std::unique_ptr<Connection> connection_;
};

}  // namespace vigie::cli
