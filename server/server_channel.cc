#include "server/server_channel.h"

#include <grpc/support/log.h>
#include <grpcpp/resource_quota.h>

#include <string>
#include <string_view>

#include "platform/base/guarded.h"
#include "platform/base/logging.h"

namespace vigie::server {

namespace {

constexpr int kMaxMessageBytes = 4 << 20;
constexpr int kMaxThreads = 256;
// What gRPC may hold of all connections together; beyond it, it reads no more until there is room.
constexpr std::size_t kMaxNetworkBytes = std::size_t{512} << 20;
constexpr int kHandshakeMilliseconds = 20'000;  // of a stranger who does not go on
constexpr int kIdleMilliseconds = 300'000;      // of one who has connected and asks nothing
constexpr int kStreamsOfOneConnection = 64;
constexpr int kSentRecordBytes = 4096;

// gRPC has one log for the process; the failed handshakes in it go to the collector that started last.
base::Guarded<api::RefusedPeers*>& HandshakeListener() {
  static base::Guarded<api::RefusedPeers*> listener;
  return listener;
}

// gRPC's own lines go where ours go, and only to who asks for them.
void WriteGrpcLog(gpr_log_func_args* line) {
  constexpr std::string_view kFailed = "Handshake failed with ";
  const std::string_view message(line->message);
  if (const auto found = message.find(kFailed); found != std::string_view::npos) {
    auto listener = HandshakeListener().Lock();
    if (*listener != nullptr) (*listener)->NoteHandshake(std::string(message.substr(found + kFailed.size(), 200)));
  }
  base::WriteLog(base::LogLevel::kDebug, line->message);
}

}  // namespace

void TakeGrpcLog() {
  gpr_set_log_function(&WriteGrpcLog);
}

void HearHandshakes(api::RefusedPeers* peers) {
  *HandshakeListener().Lock() = peers;
}

void LeaveHandshakes(const api::RefusedPeers* peers) {
  auto listener = HandshakeListener().Lock();
  if (*listener == peers) *listener = nullptr;
}

void TuneServer(grpc::ServerBuilder& builder) {
  grpc::ResourceQuota quota("collector");
  quota.SetMaxThreads(kMaxThreads);
  quota.Resize(kMaxNetworkBytes);
  builder.SetResourceQuota(quota);
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  // Else a second collector on the same port would quietly take half of the connections.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5'000);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeMilliseconds);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kIdleMilliseconds);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsOfOneConnection);
  // What each of ten thousand connections would hold for nothing: a diary for channelz, which is not served, and room
  // for a whole record of what is sent; it is a few bytes mostly.
  builder.AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 0);
  builder.AddChannelArgument(GRPC_ARG_TSI_MAX_FRAME_SIZE, kSentRecordBytes);
}

}  // namespace vigie::server
