// The uplink against a real gRPC server: whatever the connection does, each event arrives once and in order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "agent/spool/event_spool.h"
#include "agent/spool_source.h"
#include "agent/uplink/grpc_event_stream.h"
#include "agent/uplink/uplink.h"
#include "core/credentials/certificates.h"
#include "platform/base/clock.h"
#include "proto/contract/time_conversion.h"
#include "tests/integration/uplink/unsteady_collector.h"
#include "tests/unit/agent/spool_events.h"

namespace vigie::agent::uplink {
namespace {

using std::chrono::seconds;

constexpr int kEvents = 2000;

// A spool in memory and the uplink's thread over it.
class Sender {
 public:
  explicit Sender(CollectorChannel channel) : streams_(std::move(channel)) {
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
  UplinkState state() const { return uplink_.state(); }

 private:
  static std::unique_ptr<spool::EventSpool> MemorySpool(const base::Clock& clock) {
    return *spool::EventSpool::Open(":memory:", {.agent_id = "desk-7"}, clock);
  }

  const base::SystemClock clock_;
  std::unique_ptr<spool::EventSpool> spool_ = MemorySpool(clock_);
  SpoolSource source_{*spool_};
  GrpcEventStreamFactory streams_;
  Uplink uplink_{{.streams = streams_,
                  .source = source_,
                  .clock = clock_,
                  .hello = [] { return v1::Hello(); },
                  .heartbeat = [] { return v1::Heartbeat(); },
                  .on_policy = [](const v1::Policy&) {},
                  .on_blocks = [](const v1::ChannelBlocks&) {},
                  .random = [] { return 0.0; }}};
  std::jthread thread_;
};

std::vector<std::string> Expected(int count) {
  std::vector<std::string> paths;
  for (int i = 0; i < count; ++i) paths.push_back("/" + std::to_string(i));
  return paths;
}

CollectorChannel Plain(int port) {
  CollectorChannel channel;
  channel.address = "127.0.0.1:" + std::to_string(port);
  channel.insecure_loopback = true;
  return channel;
}

TEST(UplinkGrpc, DeliversEachEventOnceAndInOrderThroughDroppedConnections) {
  UnsteadyCollector collector(20220918);
  Sender sender(Plain(collector.port()));
  sender.Start();
  for (int i = 0; i < kEvents; i += 100) sender.Append(i, i + 100);
  std::jthread calm([&] {  // the storm ends, so that the test does
    const auto storm = base::Deadline::After(seconds(20));
    while (!storm.expired() && collector.kept().paths.size() < kEvents * 3 / 4) std::this_thread::yield();
    collector.Calm();
  });
  ASSERT_TRUE(sender.AwaitEmpty(base::Deadline::After(seconds(90)))) << sender.state().last_error;
  calm.join();
  const auto kept = collector.kept();
  EXPECT_EQ(kept.paths, Expected(kEvents));
  EXPECT_EQ(kept.holes, 0);
  EXPECT_GT(kept.connections, 1) << "the storm did not blow";
}

TEST(UplinkGrpc, DeliversEverythingAfterAnOutage) {
  UnsteadyCollector collector(1);
  collector.Calm();
  Sender sender(Plain(collector.port()));
  sender.Start();
  sender.Append(0, 50);
  ASSERT_TRUE(sender.AwaitEmpty(base::Deadline::After(seconds(30))));
  collector.Stop();
  sender.Append(50, 100);
  collector.Start();
  ASSERT_TRUE(sender.AwaitEmpty(base::Deadline::After(seconds(60)))) << sender.state().last_error;
  EXPECT_EQ(collector.kept().paths, Expected(100));
}

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

TEST(UplinkGrpc, DeliversOverMutualTls) {
  const Site site;
  UnsteadyCollector collector(1, site.ServerSide());
  collector.Calm();
  Sender sender(site.AgentSide(collector.port(), site.authority));
  sender.Start();
  sender.Append(0, 10);
  ASSERT_TRUE(sender.AwaitEmpty(base::Deadline::After(seconds(60)))) << sender.state().last_error;
  EXPECT_EQ(collector.kept().paths, Expected(10));
}

TEST(UplinkGrpc, IsNotHeardWithACertificateOfAnotherAuthority) {
  const Site site;
  UnsteadyCollector collector(1, site.ServerSide());
  collector.Calm();
  Sender sender(site.AgentSide(collector.port(), *credentials::CreateAuthority("Another authority")));
  sender.Start();
  sender.Append(0, 1);
  const auto deadline = base::Deadline::After(seconds(30));
  while (sender.state().last_error.empty() && !deadline.expired()) std::this_thread::yield();
  EXPECT_FALSE(sender.state().last_error.empty());
  EXPECT_EQ(collector.kept().connections, 0);
}

TEST(UplinkGrpc, StopsAtOnceWhileNobodyAnswers) {
  CollectorChannel channel = Plain(1);  // nobody listens there
  const auto begun = std::chrono::steady_clock::now();
  {
    Sender sender(std::move(channel));
    sender.Start();
    sender.Append(0, 10);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(20)) << "bounded, not fast";
}

}  // namespace
}  // namespace vigie::agent::uplink
