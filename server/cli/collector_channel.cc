#include "server/cli/collector_channel.h"

#include <grpc/support/log.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <chrono>
#include <cstdlib>
#include <utility>

#include "proto/contract/grpc_status.h"
#include "server/cli/collector_address.h"
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

constexpr std::chrono::seconds kCallDeadline{10};
constexpr std::chrono::seconds kLongCallDeadline{600};
constexpr std::chrono::seconds kTestDeadline{60};
constexpr std::chrono::hours kRetentionDeadline{24};
constexpr int kMaxReplyBytes = 256 << 20;
// A dead peer of a silent stream is noticed by this; servers refuse clients that ask more often than each 5 minutes.
constexpr int kKeepaliveMilliseconds = 310'000;

// The library logs to standard error what we say in one sentence; GRPC_VERBOSITY brings it back for those who debug.
void SilenceLibrary() {
  if (std::getenv("GRPC_VERBOSITY") == nullptr) gpr_set_log_function([](gpr_log_func_args*) {});
}

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address,
                                           const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxReplyBytes);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMilliseconds);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);  // the token goes to the collector, by no way round
  return grpc::CreateCustomChannel(address, credentials, arguments);
}

}  // namespace

class CollectorChannel::Connection {
 public:
  Connection(std::string address, std::string token, const std::shared_ptr<grpc::ChannelCredentials>& credentials)
      : address_(std::move(address)), token_(std::move(token)), channel_(MakeChannel(address_, credentials)) {}

  template <typename Service, typename Request, typename Response>
  base::Result<Response> Call(grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                              const Request& request, std::chrono::seconds patience = kCallDeadline) {
    grpc::ClientContext context;
    Authorize(context);
    context.set_deadline(std::chrono::system_clock::now() + patience);
    Response response;
    const auto stub = Service::NewStub(channel_);
    const grpc::Status status = (*stub.*method)(&context, request, &response);
    if (!status.ok()) return Explain(status, patience);
    return response;
  }

  base::Result<void> Watch(const v1::WatchIncidentsRequest& request,
                           const std::function<bool(const v1::Incident&)>& on_incident);

  base::Result<void> Backtest(const v1::BacktestPolicyRequest& request,
                              const std::function<bool(const v1::BacktestPolicyResponse&)>& on_message);

  base::Result<void> Export(const v1::ExportEvidenceRequest& request,
                            const std::function<bool(const std::string&)>& on_piece);

 private:
  void Authorize(grpc::ClientContext& context) const {
    if (!token_.empty()) context.AddMetadata("authorization", "Bearer " + token_);
  }

  base::Error Explain(const grpc::Status& status, std::chrono::seconds patience = kCallDeadline) const;

  const std::string address_;
  const std::string token_;
  const std::shared_ptr<grpc::Channel> channel_;
};

base::Error CollectorChannel::Connection::Explain(const grpc::Status& status, std::chrono::seconds patience) const {
  const base::Error error = contract::FromStatus(status);
  switch (error.code) {
    case base::ErrorCode::kUnavailable:
      return error.Wrap("cannot reach the collector at " + address_);
    case base::ErrorCode::kDeadlineExceeded:
      return error.Wrap("the collector at " + address_ + " did not answer within " + std::to_string(patience.count()) +
                        " s");
    case base::ErrorCode::kUnauthenticated:
      return error.Wrap("not allowed; give a valid token with --token-file or VIGIE_TOKEN_FILE");
    case base::ErrorCode::kPermissionDenied:
      return error.Wrap("not allowed");
    case base::ErrorCode::kResourceExhausted:
      // Not our own lack of room (a full disk), and nothing is wrong with the question: later it may be answered.
      return {base::ErrorCode::kUnavailable, "the collector at " + address_ + " cannot answer now: " + error.message};
    default:
      return error;
  }
}

base::Result<void> CollectorChannel::Connection::Watch(const v1::WatchIncidentsRequest& request,
                                                       const std::function<bool(const v1::Incident&)>& on_incident) {
  const auto stub = v1::IncidentService::NewStub(channel_);
  grpc::ClientContext context;
  Authorize(context);
  const auto reader = stub->WatchIncidents(&context, request);
  v1::Incident incident;
  bool wanted = true;
  while (wanted && reader->Read(&incident)) wanted = on_incident(incident);
  if (!wanted) context.TryCancel();
  const grpc::Status status = reader->Finish();
  if (!wanted) return {};
  if (status.ok())
    return base::Error{base::ErrorCode::kUnavailable, "the collector at " + address_ + " ended the watch"};
  return Explain(status);
}

base::Result<void> CollectorChannel::Connection::Backtest(
    const v1::BacktestPolicyRequest& request,
    const std::function<bool(const v1::BacktestPolicyResponse&)>& on_message) {
  const auto stub = v1::PolicyService::NewStub(channel_);
  grpc::ClientContext context;
  Authorize(context);
  const auto reader = stub->BacktestPolicy(&context, request);
  v1::BacktestPolicyResponse message;
  while (reader->Read(&message)) {
    if (!on_message(message)) context.TryCancel();
  }
  const grpc::Status status = reader->Finish();
  return status.ok() ? base::Result<void>() : Explain(status);
}

base::Result<void> CollectorChannel::Connection::Export(const v1::ExportEvidenceRequest& request,
                                                        const std::function<bool(const std::string&)>& on_piece) {
  const auto stub = v1::EvidenceService::NewStub(channel_);
  grpc::ClientContext context;
  Authorize(context);
  const auto reader = stub->ExportEvidence(&context, request);
  v1::ExportEvidenceResponse message;
  bool wanted = true;
  while (wanted && reader->Read(&message)) wanted = on_piece(message.piece());
  if (!wanted) context.TryCancel();
  const grpc::Status status = reader->Finish();
  return status.ok() || !wanted ? base::Result<void>() : Explain(status);
}

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
  return connection_->Call<v1::IncidentService>(&v1::IncidentService::Stub::ListIncidents, request);
}

base::Result<v1::Incident> CollectorChannel::GetIncident(const v1::GetIncidentRequest& request) {
  return connection_->Call<v1::IncidentService>(&v1::IncidentService::Stub::GetIncident, request);
}

base::Result<v1::Incident> CollectorChannel::CloseIncident(const v1::CloseIncidentRequest& request) {
  return connection_->Call<v1::IncidentService>(&v1::IncidentService::Stub::CloseIncident, request);
}

base::Result<v1::Incident> CollectorChannel::AssignIncident(const v1::AssignIncidentRequest& request) {
  return connection_->Call<v1::IncidentService>(&v1::IncidentService::Stub::AssignIncident, request);
}

base::Result<void> CollectorChannel::WatchIncidents(const v1::WatchIncidentsRequest& request,
                                                    const std::function<bool(const v1::Incident&)>& on_incident) {
  return connection_->Watch(request, on_incident);
}

base::Result<v1::QueryEventsResponse> CollectorChannel::QueryEvents(const v1::QueryEventsRequest& request) {
  return connection_->Call<v1::EventService>(&v1::EventService::Stub::QueryEvents, request);
}

base::Result<v1::EvidenceReport> CollectorChannel::VerifyEvidence(const v1::VerifyEvidenceRequest& request) {
  return connection_->Call<v1::EvidenceService>(&v1::EvidenceService::Stub::VerifyEvidence, request, kLongCallDeadline);
}

base::Result<void> CollectorChannel::ExportEvidence(const v1::ExportEvidenceRequest& request,
                                                    const std::function<bool(const std::string&)>& on_piece) {
  return connection_->Export(request, on_piece);
}

base::Result<v1::AttributeResponse> CollectorChannel::Attribute(const v1::AttributeRequest& request) {
  return connection_->Call<v1::AttributionService>(&v1::AttributionService::Stub::Attribute, request,
                                                   kLongCallDeadline);
}

base::Result<void> CollectorChannel::BacktestPolicy(
    const v1::BacktestPolicyRequest& request,
    const std::function<bool(const v1::BacktestPolicyResponse&)>& on_message) {
  return connection_->Backtest(request, on_message);
}

base::Result<v1::ListGapsResponse> CollectorChannel::ListGaps(const v1::ListGapsRequest& request) {
  return connection_->Call<v1::FleetService>(&v1::FleetService::Stub::ListGaps, request);
}

base::Result<v1::AgentStatus> CollectorChannel::RevokeAgent(const v1::RevokeAgentRequest& request) {
  return connection_->Call<v1::FleetService>(&v1::FleetService::Stub::RevokeAgent, request);
}

base::Result<v1::ListAgentsResponse> CollectorChannel::ListAgents(const v1::ListAgentsRequest& request) {
  return connection_->Call<v1::FleetService>(&v1::FleetService::Stub::ListAgents, request);
}

base::Result<v1::GetPolicyResponse> CollectorChannel::GetPolicy(const v1::GetPolicyRequest& request) {
  return connection_->Call<v1::PolicyService>(&v1::PolicyService::Stub::GetPolicy, request);
}

base::Result<v1::PushPolicyResponse> CollectorChannel::PushPolicy(const v1::PushPolicyRequest& request) {
  return connection_->Call<v1::PolicyService>(&v1::PolicyService::Stub::PushPolicy, request, kLongCallDeadline);
}

base::Result<v1::CreateEnrollmentTokenResponse> CollectorChannel::CreateEnrollmentToken(
    const v1::CreateEnrollmentTokenRequest& request) {
  return connection_->Call<v1::EnrollmentService>(&v1::EnrollmentService::Stub::CreateEnrollmentToken, request);
}

base::Result<v1::ListPolicyVersionsResponse> CollectorChannel::ListPolicyVersions() {
  return connection_->Call<v1::PolicyService>(&v1::PolicyService::Stub::ListPolicyVersions,
                                              v1::ListPolicyVersionsRequest());
}

base::Result<v1::ListAuditResponse> CollectorChannel::ListAudit(const v1::ListAuditRequest& request) {
  return connection_->Call<v1::AuditService>(&v1::AuditService::Stub::ListAudit, request);
}

base::Result<v1::VerifyAuditResponse> CollectorChannel::VerifyAudit() {
  return connection_->Call<v1::AuditService>(&v1::AuditService::Stub::VerifyAudit, v1::VerifyAuditRequest(),
                                             kLongCallDeadline);
}

base::Result<v1::CreateApiTokenResponse> CollectorChannel::CreateApiToken(const v1::CreateApiTokenRequest& request) {
  return connection_->Call<v1::AccessService>(&v1::AccessService::Stub::CreateApiToken, request);
}

base::Result<v1::ListApiTokensResponse> CollectorChannel::ListApiTokens() {
  return connection_->Call<v1::AccessService>(&v1::AccessService::Stub::ListApiTokens, v1::ListApiTokensRequest());
}

base::Result<v1::RevokeApiTokenResponse> CollectorChannel::RevokeApiToken(const v1::RevokeApiTokenRequest& request) {
  return connection_->Call<v1::AccessService>(&v1::AccessService::Stub::RevokeApiToken, request);
}

base::Result<v1::CreateUserResponse> CollectorChannel::CreateUser(const v1::CreateUserRequest& request) {
  return connection_->Call<v1::UserService>(&v1::UserService::Stub::CreateUser, request);
}

base::Result<v1::ListUsersResponse> CollectorChannel::ListUsers() {
  return connection_->Call<v1::UserService>(&v1::UserService::Stub::ListUsers, v1::ListUsersRequest());
}

base::Result<v1::UserStatus> CollectorChannel::SetUserRole(const v1::SetUserRoleRequest& request) {
  return connection_->Call<v1::UserService>(&v1::UserService::Stub::SetUserRole, request);
}

base::Result<v1::UserStatus> CollectorChannel::SetUserDisabled(const v1::SetUserDisabledRequest& request) {
  return connection_->Call<v1::UserService>(&v1::UserService::Stub::SetUserDisabled, request);
}

base::Result<v1::ResetPasswordResponse> CollectorChannel::ResetPassword(const v1::ResetPasswordRequest& request) {
  return connection_->Call<v1::UserService>(&v1::UserService::Stub::ResetPassword, request);
}

base::Result<v1::RemoveUserResponse> CollectorChannel::RemoveUser(const v1::RemoveUserRequest& request) {
  return connection_->Call<v1::UserService>(&v1::UserService::Stub::RemoveUser, request);
}

base::Result<v1::ChangePasswordResponse> CollectorChannel::ChangePassword(const v1::ChangePasswordRequest& request) {
  return connection_->Call<v1::SessionService>(&v1::SessionService::Stub::ChangePassword, request);
}

base::Result<v1::Dossier> CollectorChannel::CreateDossier(const v1::CreateDossierRequest& request) {
  return connection_->Call<v1::DossierService>(&v1::DossierService::Stub::CreateDossier, request);
}

base::Result<v1::Dossier> CollectorChannel::GetDossier(const v1::GetDossierRequest& request) {
  return connection_->Call<v1::DossierService>(&v1::DossierService::Stub::GetDossier, request);
}

base::Result<v1::Dossier> CollectorChannel::UpdateDossier(const v1::UpdateDossierRequest& request) {
  return connection_->Call<v1::DossierService>(&v1::DossierService::Stub::UpdateDossier, request);
}

base::Result<v1::ListDossiersResponse> CollectorChannel::ListDossiers(const v1::ListDossiersRequest& request) {
  return connection_->Call<v1::DossierService>(&v1::DossierService::Stub::ListDossiers, request);
}

base::Result<v1::ExportDossierResponse> CollectorChannel::ExportDossier(const v1::ExportDossierRequest& request) {
  return connection_->Call<v1::DossierService>(&v1::DossierService::Stub::ExportDossier, request);
}

base::Result<v1::RunRetentionResponse> CollectorChannel::RunRetention(const v1::RunRetentionRequest& request) {
  return connection_->Call<v1::StoreService>(&v1::StoreService::Stub::RunRetention, request, kRetentionDeadline);
}

base::Result<v1::RolloutResponse> CollectorChannel::RollOutPolicy(const v1::RollOutPolicyRequest& request) {
  return connection_->Call<v1::PolicyService>(&v1::PolicyService::Stub::RollOutPolicy, request, kLongCallDeadline);
}

base::Result<v1::RolloutResponse> CollectorChannel::PromotePolicy(const v1::PromotePolicyRequest& request) {
  return connection_->Call<v1::PolicyService>(&v1::PolicyService::Stub::PromotePolicy, request, kLongCallDeadline);
}

base::Result<v1::RolloutResponse> CollectorChannel::RollBackPolicy(const v1::RollBackPolicyRequest& request) {
  return connection_->Call<v1::PolicyService>(&v1::PolicyService::Stub::RollBackPolicy, request, kLongCallDeadline);
}

base::Result<v1::RolloutResponse> CollectorChannel::SetRings(const v1::SetRingsRequest& request) {
  return connection_->Call<v1::PolicyService>(&v1::PolicyService::Stub::SetRings, request);
}

base::Result<v1::ListRingsResponse> CollectorChannel::ListRings() {
  return connection_->Call<v1::FleetService>(&v1::FleetService::Stub::ListRings, v1::ListRingsRequest());
}

base::Result<v1::AssignRingResponse> CollectorChannel::AssignRing(const v1::AssignRingRequest& request) {
  return connection_->Call<v1::FleetService>(&v1::FleetService::Stub::AssignRing, request);
}

base::Result<v1::Incident> CollectorChannel::BlockChannels(const v1::BlockChannelsRequest& request) {
  return connection_->Call<v1::IncidentService>(&v1::IncidentService::Stub::BlockChannels, request);
}

base::Result<v1::Incident> CollectorChannel::LiftBlock(const v1::LiftBlockRequest& request) {
  return connection_->Call<v1::IncidentService>(&v1::IncidentService::Stub::LiftBlock, request);
}

base::Result<v1::GetBlockStateResponse> CollectorChannel::GetBlockState(const v1::GetBlockStateRequest& request) {
  return connection_->Call<v1::IncidentService>(&v1::IncidentService::Stub::GetBlockState, request);
}

base::Result<v1::ListBlocksResponse> CollectorChannel::ListBlocks() {
  return connection_->Call<v1::IncidentService>(&v1::IncidentService::Stub::ListBlocks, v1::ListBlocksRequest());
}

base::Result<v1::ListIntegrationsResponse> CollectorChannel::ListIntegrations() {
  return connection_->Call<v1::IntegrationService>(&v1::IntegrationService::Stub::ListIntegrations,
                                                   v1::ListIntegrationsRequest());
}

base::Result<v1::TestIntegrationResponse> CollectorChannel::TestIntegration(const v1::TestIntegrationRequest& request) {
  return connection_->Call<v1::IntegrationService>(&v1::IntegrationService::Stub::TestIntegration, request,
                                                   kTestDeadline);
}

}  // namespace vigie::cli
