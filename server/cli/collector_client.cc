#include "server/cli/collector_client.h"

#include <grpcpp/create_channel.h>

#include <utility>

#include "proto/contract/grpc_status.h"
#include "vigie/v1/evidence_service.grpc.pb.h"
#include "vigie/v1/incident_service.grpc.pb.h"
#include "vigie/v1/policy_service.grpc.pb.h"

namespace vigie::cli {
namespace {

constexpr int kMaxReplyBytes = 256 << 20;
// A dead peer of a silent stream is noticed by this; servers refuse clients that ask more often than each 5 minutes.
constexpr int kKeepaliveMilliseconds = 310'000;

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address,
                                           const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxReplyBytes);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMilliseconds);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);  // the token goes to the collector, by no way round
  return grpc::CreateCustomChannel(address, credentials, arguments);
}

}  // namespace

CollectorChannel::Connection::Connection(std::string address, std::string token,
                                         const std::shared_ptr<grpc::ChannelCredentials>& credentials)
    : address_(std::move(address)), token_(std::move(token)), channel_(MakeChannel(address_, credentials)) {
}

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

}  // namespace vigie::cli
