// How agents stand, as analysts see it, and who is not let in, over real TLS.
#include <gmock/gmock.h>

#include <cstdlib>

#include "core/credentials/certificates.h"
#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"
#include "server/store/sqlite/sqlite_store.h"
#include "tests/integration/collector/collector_under_test.h"

namespace vigie::server {
namespace {

using grpc::StatusCode;
using ::testing::HasSubstr;

class FleetStates : public CollectorTest {
 protected:
  v1::ListAgentsResponse Fleet() {
    v1::ListAgentsResponse response;
    EXPECT_TRUE(analyst().fleet->ListAgents(analyst().NewContext().get(), {}, &response).ok());
    return response;
  }
  v1::AgentStatus TheAgent() { return Fleet().agents(0); }
  // As soon as it is in this state: what happens on the other end of a connection is heard of a moment later.
  bool Await(v1::AgentState state) {
    const auto deadline = base::Deadline::After(std::chrono::seconds(30));
    while (TheAgent().state() != state && !deadline.expired()) std::this_thread::yield();
    return TheAgent().state() == state;
  }
  grpc::Status Revoke(const std::string& id) {
    v1::RevokeAgentRequest request;
    request.set_id(id);
    request.set_reason("laptop stolen");
    v1::AgentStatus revoked;
    return analyst().fleet->RevokeAgent(analyst().NewContext().get(), request, &revoked);
  }
  // The exit code of an independent client that talks only this version of TLS.
  int HandshakeWith(const std::string& version) const {
    const std::string command = "openssl s_client -verify_return_error -alpn h2 -connect " + address() + " -CAfile " +
                                state_.files().authority_certificate() + " " + version + " </dev/null >/dev/null 2>&1";
    return std::system(command.c_str());  // NOLINT: nothing in it is foreign
  }
};

TEST_F(FleetStates, NeverSeenConnectedAndDisconnectedWithTheReason) {
  Start();
  const AgentCredentials agent = NewAgent();
  EXPECT_EQ(TheAgent().state(), v1::AGENT_STATE_NEVER_SEEN);
  const auto client = Connect(agent);
  EXPECT_EQ(TheAgent().state(), v1::AGENT_STATE_CONNECTED);
  EXPECT_TRUE(TheAgent().has_state_since());
  client->SayGoodBye();
  EXPECT_TRUE(client->Finish().ok());
  ASSERT_TRUE(Await(v1::AGENT_STATE_DISCONNECTED));
}

TEST_F(FleetStates, ARevokedAgentIsCutOffAndComesInNoMore) {
  Start();
  const AgentCredentials agent = NewAgent();
  const auto client = Connect(agent);
  EXPECT_EQ(Revoke("agent-of-nobody").error_code(), StatusCode::NOT_FOUND);
  ASSERT_TRUE(Revoke(agent.agent_id).ok());
  EXPECT_EQ(client->Finish().error_code(), StatusCode::PERMISSION_DENIED);
  AgentClient again(address(), agent);
  ASSERT_TRUE(again.Hello());
  EXPECT_THAT(again.Finish().error_message(), HasSubstr("revoked"));
  EXPECT_EQ(TheAgent().state(), v1::AGENT_STATE_REVOKED);
  EXPECT_EQ(TheAgent().state_reason(), "laptop stolen");
  EXPECT_EQ(Revoke(agent.agent_id).error_code(), StatusCode::FAILED_PRECONDITION);
  Stop();
  Start();
  EXPECT_EQ(TheAgent().state(), v1::AGENT_STATE_REVOKED);
}

TEST_F(FleetStates, WhoIsRefusedIsListedWithTheReason) {
  Start();
  const AgentCredentials agent = NewAgent();
  AgentClient elsewhere(address(), agent);
  ASSERT_TRUE(elsewhere.Hello("another-host"));
  EXPECT_EQ(elsewhere.Finish().error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(TheAgent().state(), v1::AGENT_STATE_REFUSED);
  EXPECT_THAT(TheAgent().state_reason(), HasSubstr("hello.host"));
  AgentClient nobody(address(), TlsCredentials(state_.ca()), "agent-x");
  (void)nobody.Hello();
  EXPECT_EQ(nobody.Finish().error_code(), StatusCode::UNAUTHENTICATED);
  const auto fleet = Fleet();
  ASSERT_EQ(fleet.refused_size(), 2);
  EXPECT_THAT(fleet.refused(0).address(), HasSubstr("127.0.0.1"));
  const auto client = Connect(agent);
  EXPECT_EQ(TheAgent().state(), v1::AGENT_STATE_CONNECTED) << "forgiven";
}

TEST_F(FleetStates, AGapIsListedWithItsHost) {
  Start();
  const auto client = Connect(NewAgent());
  ASSERT_TRUE(client->Send({MakeEvent({.sequence = 1}), MakeEvent({.sequence = 4})}));
  ASSERT_TRUE(client->AwaitAck());
  v1::ListGapsResponse gaps;
  ASSERT_TRUE(analyst().fleet->ListGaps(analyst().NewContext().get(), {}, &gaps).ok());
  ASSERT_EQ(gaps.gaps_size(), 1);
  EXPECT_EQ(gaps.gaps(0).host(), "w1");
  EXPECT_EQ(gaps.gaps(0).lost(), 2U);
}

TEST_F(FleetStates, AHostsWrongClockIsMeasuredAndShown) {
  Start();
  const AgentCredentials agent = NewAgent();
  AgentClient client(address(), agent);
  v1::AgentMessage message;
  v1::Hello& hello = *message.mutable_hello();
  hello.set_agent_id(agent.agent_id);
  hello.set_host("w1");
  hello.set_boot_epoch(1);
  *hello.mutable_at() = contract::ToProto(clock_.Now() + std::chrono::hours(3));
  ASSERT_TRUE(client.Send(message));
  const auto welcome = client.AwaitWelcome();
  ASSERT_TRUE(welcome);
  EXPECT_TRUE(welcome->has_hello_received_at());
  EXPECT_GT(welcome->credit_bytes(), 0U);
  EXPECT_EQ(TheAgent().state(), v1::AGENT_STATE_SKEWED);
  EXPECT_THAT(TheAgent().state_reason(), HasSubstr("ahead"));
}

// A heartbeat, and an event, of a host whose clock is `behind` ours since a moment ago, in mid-session.
class SteppedHost {
 public:
  SteppedHost(AgentClient& client, base::SystemTime at, std::chrono::seconds behind)
      : client_(client), at_(at - behind), behind_(behind) {}

  bool Beat() {
    v1::AgentMessage message;
    *message.mutable_heartbeat()->mutable_at() = contract::ToProto(at_);
    message.mutable_heartbeat()->mutable_clock_offset()->set_seconds(behind_.count());
    return client_.Send(message);
  }
  std::optional<v1::Ack> Tell(std::uint64_t sequence) {
    v1::Event event = MakeEvent({.sequence = sequence});
    *event.mutable_activity()->mutable_at() = contract::ToProto(at_);
    if (!client_.Send({event})) return std::nullopt;
    return client_.AwaitAck();
  }

 private:
  AgentClient& client_;
  const base::SystemTime at_;
  const std::chrono::seconds behind_;
};

TEST_F(FleetStates, AStepOfTheHostsClockInMidSessionNeitherLosesNorMisplacesEvents) {
  Start();
  const auto client = Connect(NewAgent());
  const base::SystemTime now = clock_.Now();
  std::uint64_t sequence = 0;
  for (const auto behind : {std::chrono::hours(0), std::chrono::hours(24), std::chrono::hours(-24),
                            std::chrono::hours(-30), std::chrono::hours(0)}) {
    SteppedHost host(*client, now, behind);
    ASSERT_TRUE(host.Beat());
    const auto ack = host.Tell(++sequence);
    ASSERT_TRUE(ack);
    EXPECT_EQ(ack->rejections_size(), 0) << behind.count();
  }
  v1::QueryEventsResponse kept;
  ASSERT_TRUE(analyst().events->QueryEvents(analyst().NewContext().get(), {}, &kept).ok());
  ASSERT_EQ(kept.events_size(), 5);
  for (const v1::Event& event : kept.events()) {
    EXPECT_EQ(contract::HappenedAt(event), now) << event.sequence() << ": by the collector's clock";
  }
}

TEST_F(FleetStates, NothingOlderThanTls13IsSpoken) {
  if (std::system("command -v openssl >/dev/null") != 0) GTEST_SKIP() << "there is no openssl command";
  Start();
  EXPECT_EQ(HandshakeWith("-tls1_3"), 0);
  EXPECT_NE(HandshakeWith("-tls1_2"), 0);
  EXPECT_GE(Fleet().failed_handshakes(), 1U);
}

}  // namespace
}  // namespace vigie::server
