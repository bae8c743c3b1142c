// The agent's stream, over real TLS.
#include <gmock/gmock.h>

#include <thread>

#include "core/credentials/certificates.h"
#include "tests/integration/collector/collector_under_test.h"

namespace vigie::server {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

using AgentStreaming = CollectorTest;

TEST_F(AgentStreaming, WelcomesThenTellsPolicyAndBlocks) {
  Start();
  ASSERT_TRUE(analyst().PushPolicy(BulkPolicy(3, 100)).ok());
  AgentClient client(address(), NewAgent());
  ASSERT_TRUE(client.Hello());
  const auto welcome = client.AwaitWelcome();
  ASSERT_TRUE(welcome);
  EXPECT_GE(welcome->credits(), 1000U);
  EXPECT_TRUE(welcome->has_at());
  EXPECT_EQ(client.AwaitPolicy()->version(), 3U);
  EXPECT_EQ(client.AwaitBlocks()->blocks_size(), 0);
}

TEST_F(AgentStreaming, AcknowledgesWhatIsStoredAndGivesCreditsBack) {
  Start();
  const auto client = Connect(NewAgent());
  ASSERT_TRUE(client->Send({MakeEvent({.sequence = 1}), MakeEvent({.sequence = 2})}));
  const auto ack = client->AwaitAck();
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->sequence(), 2U);
  EXPECT_EQ(ack->credits(), 2U);
  EXPECT_THAT(ack->rejections(), IsEmpty());
  EXPECT_EQ(StoredEvents(), 2U);
}

TEST_F(AgentStreaming, MalformedItemsAreRefusedAmongGoodOnes) {
  Start();
  const auto client = Connect(NewAgent());
  v1::Event empty = MakeEvent({.sequence = 2});
  empty.clear_activity();
  ASSERT_TRUE(
      client->Send({MakeEvent({.sequence = 1}), empty, MakeEvent({.agent = "agent-of-somebody-else", .sequence = 3}),
                    MakeEvent({.sequence = 4, .host = "other"}), MakeEvent({.sequence = 5})}));
  const auto ack = client->AwaitAck();
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->sequence(), 5U);
  ASSERT_EQ(ack->rejections_size(), 3);
  EXPECT_THAT(ack->rejections(0).reason(), HasSubstr("what"));
  EXPECT_THAT(ack->rejections(1).reason(), HasSubstr("agent_id"));
  EXPECT_THAT(ack->rejections(2).reason(), HasSubstr("activity.host"));
  EXPECT_EQ(StoredEvents(), 2U);
}

TEST_F(AgentStreaming, RepeatsAfterAReconnectTakeEffectOnce) {
  Start();
  const AgentCredentials agent = NewAgent();
  const std::vector<v1::Event> events = {MakeEvent({.sequence = 1}), MakeEvent({.sequence = 2})};
  ASSERT_TRUE(Connect(agent)->Send(events));  // and is gone without its acknowledgement
  const auto client = Connect(agent);
  ASSERT_TRUE(client->Send(events));
  EXPECT_EQ(client->AwaitAck()->sequence(), 2U);
  EXPECT_EQ(StoredEvents(), 2U);
}

TEST_F(AgentStreaming, ABatchThatIsNoneEndsTheStream) {
  Start();
  const auto client = Connect(NewAgent());
  v1::AgentMessage empty;
  empty.mutable_batch();
  ASSERT_TRUE(client->Send(empty));
  const auto status = client->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("batch.events"));
  EXPECT_EQ(StoredEvents(), 0U);
}

TEST_F(AgentStreaming, AnOversizedBatchEndsTheStream) {
  Start();
  const auto client = Connect(NewAgent());
  std::vector<v1::Event> events;
  for (std::uint64_t sequence = 1; sequence <= 5; ++sequence) {
    events.push_back(MakeEvent({.sequence = sequence, .path = std::string(1 << 20, 'x')}));
  }
  (void)client->Send(events);
  EXPECT_EQ(client->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(StoredEvents(), 0U);
}

TEST_F(AgentStreaming, HelloComesFirstAndOnce) {
  Start();
  const AgentCredentials agent = NewAgent();
  AgentClient silent(address(), agent);
  ASSERT_TRUE(silent.Send({MakeEvent({.sequence = 1})}));
  EXPECT_EQ(silent.Finish().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  const auto twice = Connect(agent);
  ASSERT_TRUE(twice->Hello());
  EXPECT_EQ(twice->Finish().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(AgentStreaming, AGoodByeStillBringsTheAcknowledgement) {
  Start();
  const auto client = Connect(NewAgent());
  ASSERT_TRUE(client->Send({MakeEvent({.sequence = 1})}));
  client->SayGoodBye();
  EXPECT_EQ(client->AwaitAck()->sequence(), 1U);
  EXPECT_TRUE(client->Finish().ok());
}

TEST_F(AgentStreaming, ANewConnectionEndsTheOlderOne) {
  Start();
  const AgentCredentials agent = NewAgent();
  const auto older = Connect(agent);
  const auto newer = Connect(agent);
  EXPECT_EQ(older->Finish().error_code(), grpc::StatusCode::CANCELLED);
  ASSERT_TRUE(newer->Send({MakeEvent({.sequence = 1})}));
  EXPECT_TRUE(newer->AwaitAck());
}

TEST_F(AgentStreaming, AnAgentThatReadsNothingHoldsUpNobody) {
  Start();
  const auto deaf = Connect(NewAgent());
  std::jthread talking([&] {
    for (std::uint64_t sequence = 1; sequence <= 200; ++sequence) {
      if (!deaf->Send({MakeEvent({.sequence = sequence})})) return;
    }
  });
  const auto other = Connect(NewAgent());
  for (std::uint64_t sequence = 1; sequence <= 20; ++sequence) {
    ASSERT_TRUE(other->Send({MakeEvent({.sequence = sequence})}));
    ASSERT_EQ(other->AwaitAck()->sequence(), sequence);
  }
}

TEST_F(AgentStreaming, APushedPolicyReachesConnectedAgentsAtOnce) {
  Start();
  const auto client = Connect(NewAgent());
  ASSERT_TRUE(analyst().PushPolicy(BulkPolicy(5, 10)).ok());
  EXPECT_EQ(client->AwaitPolicy()->version(), 5U);
  EXPECT_EQ(analyst().PushPolicy(BulkPolicy(5, 10)).error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(analyst().PushPolicy("version: 6\nbogus: 1\n").error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(AgentStreaming, TheFleetShowsWhoIsThere) {
  Start();
  const auto client = Connect(NewAgent());
  ASSERT_TRUE(client->Send({MakeEvent({.sequence = 1})}));
  ASSERT_TRUE(client->AwaitAck());
  v1::AgentMessage message;
  v1::SensorHealth& sensor = *message.mutable_heartbeat()->add_sensors();
  sensor.set_name("file_events");
  sensor.set_state(v1::SENSOR_STATE_RUNNING);
  message.mutable_heartbeat()->mutable_at()->set_seconds(1732269600);
  ASSERT_TRUE(client->Send(message));
  ASSERT_TRUE(client->Send({MakeEvent({.sequence = 2})}));
  ASSERT_TRUE(client->AwaitAck());  // the heartbeat was read before it
  v1::ListAgentsResponse agents;
  ASSERT_TRUE(analyst().fleet->ListAgents(analyst().NewContext().get(), {}, &agents).ok());
  ASSERT_EQ(agents.agents_size(), 1);
  EXPECT_TRUE(agents.agents(0).connected());
  EXPECT_EQ(agents.agents(0).events(), 2U);
  EXPECT_EQ(agents.agents(0).host(), "w1");
  ASSERT_EQ(agents.agents(0).sensors_size(), 1);
}

TEST_F(AgentStreaming, ACollectorThatRestartsInMidStreamLosesAndRepeatsNothing) {
  Start();
  const AgentCredentials agent = NewAgent();
  std::uint64_t acknowledged = 0;
  for (int life = 0; life < 3; ++life) {
    const auto client = Connect(agent);
    for (int batch = 0; batch < 10; ++batch) {
      ASSERT_TRUE(client->Send({MakeEvent({.sequence = acknowledged + 1}), MakeEvent({.sequence = acknowledged + 2})}));
      acknowledged = client->AwaitAck()->sequence();
    }
    (void)client->Send({MakeEvent({.sequence = acknowledged + 1})});  // may or may not arrive before the stop
    Stop();
    EXPECT_FALSE(client->Finish().ok());
    Start();
  }
  const auto client = Connect(agent);
  ASSERT_TRUE(client->Send({MakeEvent({.sequence = acknowledged + 1})}));
  EXPECT_EQ(client->AwaitAck()->sequence(), acknowledged + 1);
  EXPECT_EQ(StoredEvents(), acknowledged + 1);
}

}  // namespace
}  // namespace vigie::server
