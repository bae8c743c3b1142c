#pragma once

#include <grpcpp/security/server_credentials.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "agent/spool/event_spool.h"
#include "agent/spool_source.h"
#include "agent/uplink/grpc_event_stream.h"
#include "agent/uplink/uplink.h"
#include "core/credentials/certificates.h"
#include "platform/base/clock.h"
#include "tests/unit/agent/spool_events.h"

namespace vigie::agent::uplink {

// A spool in memory and the uplink's thread over it.
class Sender {
 public:
  explicit Sender(CollectorChannel channel, UplinkTimes times = {}) : streams_(std::move(channel)), times_(times) {
    spool_->OnAppended([this] { uplink_.Wake(); });
  }
  void Start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { uplink_.Run(stop); });
  }
  void Append(int from, int to) {
    for (int i = from; i < to; ++i) ASSERT_TRUE(spool_->Append(SomeEvent("/" + std::to_string(i)), 0));
  }
  // Every event was acknowledged.
  bool AwaitEmpty(base::Deadline deadline) const {
    while (spool_->counts().events > 0 && !deadline.expired())
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return spool_->counts().events == 0;
  }
  // It stands so with the collector.
  bool Await(LinkState link, base::Deadline deadline) const {
    while (state().link != link && !deadline.expired()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return state().link == link;
  }
  UplinkState state() const { return uplink_.state(); }

 private:
  static std::unique_ptr<spool::EventSpool> MemorySpool(const base::Clock& clock) {
    return *spool::EventSpool::Open(":memory:", {.agent_id = "desk-7"}, clock);
  }

  const base::SystemClock clock_;
  std::unique_ptr<spool::EventSpool> spool_ = MemorySpool(clock_);
  SpoolSource source_{*spool_};
  GrpcEventStreamFactory streams_;
  const UplinkTimes times_;
  Uplink uplink_{{.streams = streams_,
                  .source = source_,
                  .clock = clock_,
                  .hello = [] { return v1::Hello(); },
                  .heartbeat = [] { return v1::Heartbeat(); },
                  .on_policy = [](const v1::Policy&) {},
                  .on_blocks = [](const v1::ChannelBlocks&) {},
                  .random = [] { return 0.0; },
                  .times = times_}};
  std::jthread thread_;
};

inline std::vector<std::string> Expected(int count) {
  std::vector<std::string> paths;
  for (int i = 0; i < count; ++i) paths.push_back("/" + std::to_string(i));
  return paths;
}

inline CollectorChannel Plain(int port) {
  CollectorChannel channel;
  channel.address = "127.0.0.1:" + std::to_string(port);
  channel.insecure_loopback = true;
  return channel;
}

// Two ends that trust one authority.
struct Site {
  credentials::KeyAndCertificate authority = *credentials::CreateAuthority("Test authority");
  credentials::KeyAndCertificate server = *credentials::CreateServerCertificate(authority, {"127.0.0.1"});

  std::shared_ptr<grpc::ServerCredentials> ServerSide() const {
    grpc::SslServerCredentialsOptions options(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    options.pem_root_certs = authority.certificate_pem;
    options.pem_key_cert_pairs.push_back({server.key_pem, server.certificate_pem});
    return grpc::SslServerCredentials(options);
  }
  CollectorChannel AgentSide(int port, const credentials::KeyAndCertificate& signer) const {
    const auto own = *credentials::CreateAgentRequest("desk-7");
    const auto certificate = *credentials::SignAgentRequest(signer, own.request_pem, "desk-7", std::chrono::hours(1));
    return {"127.0.0.1:" + std::to_string(port), authority.certificate_pem, certificate, own.key_pem, false};
  }
};

}  // namespace vigie::agent::uplink
