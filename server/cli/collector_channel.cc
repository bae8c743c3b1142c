#include "server/cli/collector_channel.h"

#include <grpc/support/log.h>

#include <chrono>
#include <cstdlib>
#include <utility>

#include "server/cli/collector_address.h"
#include "server/cli/collector_client.h"
#include "server/cli/collector_credentials.h"
#include "server/cli/command.h"
#include "vigie/v1/access_service.grpc.pb.h"
#include "vigie/v1/attribution_service.grpc.pb.h"
#include "vigie/v1/audit_service.grpc.pb.h"
#include "vigie/v1/dossier_service.grpc.pb.h"
#include "vigie/v1/enrollment_service.grpc.pb.h"
#include "vigie/v1/event_service.grpc.pb.h"
#include "vigie/v1/evidence_service.grpc.pb.h"
#include "vigie/v1/fleet_service.grpc.pb.h"
#include "vigie/v1/incident_service.grpc.pb.h"
#include "vigie/v1/integration_service.grpc.pb.h"
#include "vigie/v1/policy_service.grpc.pb.h"
#include "vigie/v1/session_service.grpc.pb.h"
#include "vigie/v1/store_service.grpc.pb.h"
#include "vigie/v1/user_service.grpc.pb.h"

namespace vigie::cli {
namespace {

constexpr std::chrono::seconds kLongCallDeadline{600};
constexpr std::chrono::seconds kTestDeadline{60};
constexpr std::chrono::hours kRetentionDeadline{24};

// The library logs to standard error what we say in one sentence; GRPC_VERBOSITY brings it back for those who debug.
void SilenceLibrary() {
  if (std::getenv("GRPC_VERBOSITY") == nullptr) gpr_set_log_function([](gpr_log_func_args*) {});
}

}  // namespace

CollectorChannel::CollectorChannel(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {
}
CollectorChannel::~CollectorChannel() = default;

base::Result<std::unique_ptr<CollectorChannel>> CollectorChannel::Open(const Context& context) {
  if (context.collector.empty()) {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       "say which collector to ask: --collector HOST:PORT or VIGIE_COLLECTOR"};
  }
  const auto address = ParseCollectorAddress(context.collector);
  if (!address) return address.error();
  const auto credentials = MakeCredentials(context, *address);
  if (!credentials) return credentials.error();
  auto token = ReadToken(context.token_file);
  if (!token) return token.error();
  SilenceLibrary();
  auto connection = std::make_unique<Connection>(context.collector, *std::move(token), *credentials);
  return std::unique_ptr<CollectorChannel>(new CollectorChannel(std::move(connection)));
}

base::Result<v1::ListIncidentsResponse> CollectorChannel::ListIncidents(const v1::ListIncidentsRequest& request) {
  using Stub = v1::IncidentService::Stub;
  return connection_->Call(&Stub::ListIncidents, v1::IncidentService::NewStub(connection_->channel()), request);
}

base::Result<v1::Incident> CollectorChannel::GetIncident(const v1::GetIncidentRequest& request) {
  using Stub = v1::IncidentService::Stub;
  return connection_->Call(&Stub::GetIncident, v1::IncidentService::NewStub(connection_->channel()), request);
}

base::Result<v1::Incident> CollectorChannel::CloseIncident(const v1::CloseIncidentRequest& request) {
  using Stub = v1::IncidentService::Stub;
  return connection_->Call(&Stub::CloseIncident, v1::IncidentService::NewStub(connection_->channel()), request);
}

base::Result<v1::Incident> CollectorChannel::AssignIncident(const v1::AssignIncidentRequest& request) {
  using Stub = v1::IncidentService::Stub;
  return connection_->Call(&Stub::AssignIncident, v1::IncidentService::NewStub(connection_->channel()), request);
}

base::Result<void> CollectorChannel::WatchIncidents(const v1::WatchIncidentsRequest& request,
                                                    const std::function<bool(const v1::Incident&)>& on_incident) {
  return connection_->Watch(request, on_incident);
}

base::Result<v1::QueryEventsResponse> CollectorChannel::QueryEvents(const v1::QueryEventsRequest& request) {
  using Stub = v1::EventService::Stub;
  return connection_->Call(&Stub::QueryEvents, v1::EventService::NewStub(connection_->channel()), request);
}

base::Result<v1::EvidenceReport> CollectorChannel::VerifyEvidence(const v1::VerifyEvidenceRequest& request) {
  using Stub = v1::EvidenceService::Stub;
  return connection_->Call(&Stub::VerifyEvidence, v1::EvidenceService::NewStub(connection_->channel()), request,
                           kLongCallDeadline);
}

base::Result<void> CollectorChannel::ExportEvidence(const v1::ExportEvidenceRequest& request,
                                                    const std::function<bool(const std::string&)>& on_piece) {
  return connection_->Export(request, on_piece);
}

base::Result<v1::AttributeResponse> CollectorChannel::Attribute(const v1::AttributeRequest& request) {
  using Stub = v1::AttributionService::Stub;
  return connection_->Call(&Stub::Attribute, v1::AttributionService::NewStub(connection_->channel()), request,
                           kLongCallDeadline);
}

base::Result<void> CollectorChannel::BacktestPolicy(
    const v1::BacktestPolicyRequest& request,
    const std::function<bool(const v1::BacktestPolicyResponse&)>& on_message) {
  return connection_->Backtest(request, on_message);
}

base::Result<v1::ListGapsResponse> CollectorChannel::ListGaps(const v1::ListGapsRequest& request) {
  using Stub = v1::FleetService::Stub;
  return connection_->Call(&Stub::ListGaps, v1::FleetService::NewStub(connection_->channel()), request);
}

base::Result<v1::AgentStatus> CollectorChannel::RevokeAgent(const v1::RevokeAgentRequest& request) {
  using Stub = v1::FleetService::Stub;
  return connection_->Call(&Stub::RevokeAgent, v1::FleetService::NewStub(connection_->channel()), request);
}

base::Result<v1::ListAgentsResponse> CollectorChannel::ListAgents(const v1::ListAgentsRequest& request) {
  using Stub = v1::FleetService::Stub;
  return connection_->Call(&Stub::ListAgents, v1::FleetService::NewStub(connection_->channel()), request);
}

base::Result<v1::GetPolicyResponse> CollectorChannel::GetPolicy(const v1::GetPolicyRequest& request) {
  using Stub = v1::PolicyService::Stub;
  return connection_->Call(&Stub::GetPolicy, v1::PolicyService::NewStub(connection_->channel()), request);
}

base::Result<v1::PushPolicyResponse> CollectorChannel::PushPolicy(const v1::PushPolicyRequest& request) {
  using Stub = v1::PolicyService::Stub;
  return connection_->Call(&Stub::PushPolicy, v1::PolicyService::NewStub(connection_->channel()), request,
                           kLongCallDeadline);
}

base::Result<v1::CreateEnrollmentTokenResponse> CollectorChannel::CreateEnrollmentToken(
    const v1::CreateEnrollmentTokenRequest& request) {
  using Stub = v1::EnrollmentService::Stub;
  return connection_->Call(&Stub::CreateEnrollmentToken, v1::EnrollmentService::NewStub(connection_->channel()),
                           request);
}

base::Result<v1::ListPolicyVersionsResponse> CollectorChannel::ListPolicyVersions() {
  using Stub = v1::PolicyService::Stub;
  return connection_->Call(&Stub::ListPolicyVersions, v1::PolicyService::NewStub(connection_->channel()),
                           v1::ListPolicyVersionsRequest());
}

base::Result<v1::ListAuditResponse> CollectorChannel::ListAudit(const v1::ListAuditRequest& request) {
  using Stub = v1::AuditService::Stub;
  return connection_->Call(&Stub::ListAudit, v1::AuditService::NewStub(connection_->channel()), request);
}

base::Result<v1::VerifyAuditResponse> CollectorChannel::VerifyAudit() {
  using Stub = v1::AuditService::Stub;
  return connection_->Call(&Stub::VerifyAudit, v1::AuditService::NewStub(connection_->channel()),
                           v1::VerifyAuditRequest(), kLongCallDeadline);
}

base::Result<v1::CreateApiTokenResponse> CollectorChannel::CreateApiToken(const v1::CreateApiTokenRequest& request) {
  using Stub = v1::AccessService::Stub;
  return connection_->Call(&Stub::CreateApiToken, v1::AccessService::NewStub(connection_->channel()), request);
}

base::Result<v1::ListApiTokensResponse> CollectorChannel::ListApiTokens() {
  using Stub = v1::AccessService::Stub;
  return connection_->Call(&Stub::ListApiTokens, v1::AccessService::NewStub(connection_->channel()),
                           v1::ListApiTokensRequest());
}

base::Result<v1::RevokeApiTokenResponse> CollectorChannel::RevokeApiToken(const v1::RevokeApiTokenRequest& request) {
  using Stub = v1::AccessService::Stub;
  return connection_->Call(&Stub::RevokeApiToken, v1::AccessService::NewStub(connection_->channel()), request);
}

base::Result<v1::CreateUserResponse> CollectorChannel::CreateUser(const v1::CreateUserRequest& request) {
  return connection_->Call(&v1::UserService::Stub::CreateUser, v1::UserService::NewStub(connection_->channel()),
                           request);
}

base::Result<v1::ListUsersResponse> CollectorChannel::ListUsers() {
  return connection_->Call(&v1::UserService::Stub::ListUsers, v1::UserService::NewStub(connection_->channel()),
                           v1::ListUsersRequest());
}

base::Result<v1::UserStatus> CollectorChannel::SetUserRole(const v1::SetUserRoleRequest& request) {
  return connection_->Call(&v1::UserService::Stub::SetUserRole, v1::UserService::NewStub(connection_->channel()),
                           request);
}

base::Result<v1::UserStatus> CollectorChannel::SetUserDisabled(const v1::SetUserDisabledRequest& request) {
  return connection_->Call(&v1::UserService::Stub::SetUserDisabled, v1::UserService::NewStub(connection_->channel()),
                           request);
}

base::Result<v1::ResetPasswordResponse> CollectorChannel::ResetPassword(const v1::ResetPasswordRequest& request) {
  return connection_->Call(&v1::UserService::Stub::ResetPassword, v1::UserService::NewStub(connection_->channel()),
                           request);
}

base::Result<v1::RemoveUserResponse> CollectorChannel::RemoveUser(const v1::RemoveUserRequest& request) {
  return connection_->Call(&v1::UserService::Stub::RemoveUser, v1::UserService::NewStub(connection_->channel()),
                           request);
}

base::Result<v1::ChangePasswordResponse> CollectorChannel::ChangePassword(const v1::ChangePasswordRequest& request) {
  return connection_->Call(&v1::SessionService::Stub::ChangePassword,
                           v1::SessionService::NewStub(connection_->channel()), request);
}

base::Result<v1::Dossier> CollectorChannel::CreateDossier(const v1::CreateDossierRequest& request) {
  using Stub = v1::DossierService::Stub;
  return connection_->Call(&Stub::CreateDossier, v1::DossierService::NewStub(connection_->channel()), request);
}

base::Result<v1::Dossier> CollectorChannel::GetDossier(const v1::GetDossierRequest& request) {
  using Stub = v1::DossierService::Stub;
  return connection_->Call(&Stub::GetDossier, v1::DossierService::NewStub(connection_->channel()), request);
}

base::Result<v1::Dossier> CollectorChannel::UpdateDossier(const v1::UpdateDossierRequest& request) {
  using Stub = v1::DossierService::Stub;
  return connection_->Call(&Stub::UpdateDossier, v1::DossierService::NewStub(connection_->channel()), request);
}

base::Result<v1::ListDossiersResponse> CollectorChannel::ListDossiers(const v1::ListDossiersRequest& request) {
  using Stub = v1::DossierService::Stub;
  return connection_->Call(&Stub::ListDossiers, v1::DossierService::NewStub(connection_->channel()), request);
}

base::Result<v1::ExportDossierResponse> CollectorChannel::ExportDossier(const v1::ExportDossierRequest& request) {
  using Stub = v1::DossierService::Stub;
  return connection_->Call(&Stub::ExportDossier, v1::DossierService::NewStub(connection_->channel()), request);
}

base::Result<v1::RunRetentionResponse> CollectorChannel::RunRetention(const v1::RunRetentionRequest& request) {
  using Stub = v1::StoreService::Stub;
  return connection_->Call(&Stub::RunRetention, v1::StoreService::NewStub(connection_->channel()), request,
                           kRetentionDeadline);
}

base::Result<v1::RolloutResponse> CollectorChannel::RollOutPolicy(const v1::RollOutPolicyRequest& request) {
  using Stub = v1::PolicyService::Stub;
  return connection_->Call(&Stub::RollOutPolicy, v1::PolicyService::NewStub(connection_->channel()), request,
                           kLongCallDeadline);
}

base::Result<v1::RolloutResponse> CollectorChannel::PromotePolicy(const v1::PromotePolicyRequest& request) {
  using Stub = v1::PolicyService::Stub;
  return connection_->Call(&Stub::PromotePolicy, v1::PolicyService::NewStub(connection_->channel()), request,
                           kLongCallDeadline);
}

base::Result<v1::RolloutResponse> CollectorChannel::RollBackPolicy(const v1::RollBackPolicyRequest& request) {
  using Stub = v1::PolicyService::Stub;
  return connection_->Call(&Stub::RollBackPolicy, v1::PolicyService::NewStub(connection_->channel()), request,
                           kLongCallDeadline);
}

base::Result<v1::RolloutResponse> CollectorChannel::SetRings(const v1::SetRingsRequest& request) {
  using Stub = v1::PolicyService::Stub;
  return connection_->Call(&Stub::SetRings, v1::PolicyService::NewStub(connection_->channel()), request);
}

base::Result<v1::ListRingsResponse> CollectorChannel::ListRings() {
  using Stub = v1::FleetService::Stub;
  return connection_->Call(&Stub::ListRings, v1::FleetService::NewStub(connection_->channel()), v1::ListRingsRequest());
}

base::Result<v1::AssignRingResponse> CollectorChannel::AssignRing(const v1::AssignRingRequest& request) {
  using Stub = v1::FleetService::Stub;
  return connection_->Call(&Stub::AssignRing, v1::FleetService::NewStub(connection_->channel()), request);
}

base::Result<v1::Incident> CollectorChannel::BlockChannels(const v1::BlockChannelsRequest& request) {
  using Stub = v1::IncidentService::Stub;
  return connection_->Call(&Stub::BlockChannels, v1::IncidentService::NewStub(connection_->channel()), request);
}

base::Result<v1::Incident> CollectorChannel::LiftBlock(const v1::LiftBlockRequest& request) {
  using Stub = v1::IncidentService::Stub;
  return connection_->Call(&Stub::LiftBlock, v1::IncidentService::NewStub(connection_->channel()), request);
}

base::Result<v1::GetBlockStateResponse> CollectorChannel::GetBlockState(const v1::GetBlockStateRequest& request) {
  using Stub = v1::IncidentService::Stub;
  return connection_->Call(&Stub::GetBlockState, v1::IncidentService::NewStub(connection_->channel()), request);
}

base::Result<v1::ListBlocksResponse> CollectorChannel::ListBlocks() {
  using Stub = v1::IncidentService::Stub;
  return connection_->Call(&Stub::ListBlocks, v1::IncidentService::NewStub(connection_->channel()),
                           v1::ListBlocksRequest());
}

base::Result<v1::ListIntegrationsResponse> CollectorChannel::ListIntegrations() {
  using Stub = v1::IntegrationService::Stub;
  return connection_->Call(&Stub::ListIntegrations, v1::IntegrationService::NewStub(connection_->channel()),
                           v1::ListIntegrationsRequest());
}

base::Result<v1::TestIntegrationResponse> CollectorChannel::TestIntegration(const v1::TestIntegrationRequest& request) {
  using Stub = v1::IntegrationService::Stub;
  return connection_->Call(&Stub::TestIntegration, v1::IntegrationService::NewStub(connection_->channel()), request,
                           kTestDeadline);
}

}  // namespace vigie::cli
