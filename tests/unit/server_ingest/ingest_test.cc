#include "server/ingest/ingest.h"

#include <gmock/gmock.h>

#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

using base::ErrorCode;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Ingesting : public ServerFixture {
 protected:
  void SetUp() override {
    Start(MakePolicy(BulkThreshold(20)));
    Enrol("agent-1");
  }
  static v1::EventBatch BatchOf(const std::vector<v1::Event>& events) {
    v1::EventBatch batch;
    for (const v1::Event& event : events) *batch.add_events() = event;
    return batch;
  }
  base::Result<v1::Ack> Accept(const std::vector<v1::Event>& events) { return ingest_.Accept(agent_, BatchOf(events)); }
  v1::AgentStatus TheAgent() { return store_.FindAgent("agent-1").value()->status; }
  // The reason why this one event is refused.
  std::string ReasonFor(const v1::Event& event) {
    const auto ack = Accept({event});
    if (!ack || ack->rejections_size() != 1) return "was accepted";
    EXPECT_EQ(ack->sequence(), event.sequence()) << "a refused event is not sent again";
    EXPECT_EQ(store_.CountEvents().value(), 0U);
    return ack->rejections(0).reason();
  }
  static v1::Hello MakeHello(const std::string& agent) {
    v1::Hello hello;
    hello.set_agent_id(agent);
    hello.set_host("w1");
    hello.set_version("0.1.0");
    hello.set_boot_epoch(1);
    hello.set_policy_version(3);
    *hello.mutable_at() = contract::ToProto(kStoryBegin);
    return hello;
  }

  const AgentIdentity agent_{"agent-1", "w1-at-enrolment", "w1"};
};

TEST_F(Ingesting, StoresThenAcknowledgesWithCredits) {
  const auto ack = Accept({MakeEvent({.sequence = 1}), MakeEvent({.sequence = 2})});
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->boot_epoch(), 1U);
  EXPECT_EQ(ack->sequence(), 2U);
  EXPECT_EQ(ack->credits(), 2U);
  EXPECT_THAT(ack->rejections(), IsEmpty());
  const auto page = store_.QueryEvents({});
  ASSERT_EQ(page->events.size(), 2U);
  EXPECT_EQ(contract::FromProto(page->events[0].received_at()), clock_.Now());
}

TEST_F(Ingesting, RepeatsTakeEffectOnce) {
  ASSERT_TRUE(Accept({MakeEvent({.sequence = 1, .records = Records(1, 15)})}));
  const auto ack = Accept(
      {MakeEvent({.sequence = 1, .records = Records(1, 15)}), MakeEvent({.sequence = 2, .records = Records(16, 10)})});
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->sequence(), 2U);
  EXPECT_EQ(ack->credits(), 2U);
  EXPECT_EQ(store_.CountEvents().value(), 2U);
  EXPECT_EQ(TheOpenIncident().events(), 2U);
  EXPECT_EQ(TheAgent().repeated_events(), 1U);
}

TEST_F(Ingesting, ARepeatedBatchIsAcknowledgedUpToItsOwnLast) {
  ASSERT_TRUE(Accept({MakeEvent({.sequence = 1}), MakeEvent({.sequence = 2}), MakeEvent({.sequence = 3})}));
  const auto ack = Accept({MakeEvent({.sequence = 1})});
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->sequence(), 1U) << "the agent has not sent the others again yet";
}

TEST_F(Ingesting, EpochsCountApart) {
  ASSERT_TRUE(Accept({MakeEvent({.epoch = 1, .sequence = 1})}));
  ASSERT_TRUE(Accept({MakeEvent({.epoch = 2, .sequence = 1})}));
  EXPECT_EQ(store_.CountEvents().value(), 2U);
}

TEST_F(Ingesting, SkippedSequencesAreCounted) {
  ASSERT_TRUE(Accept({MakeEvent({.sequence = 3}), MakeEvent({.sequence = 7})}));
  EXPECT_EQ(TheAgent().missing_events(), 5U);
}

TEST_F(Ingesting, RefusesItemByItemAndKeepsTheGoodOnes) {
  v1::Event nothing = MakeEvent({.sequence = 2});
  nothing.clear_activity();
  const auto ack = Accept({MakeEvent({.sequence = 1}), nothing, MakeEvent({.sequence = 3})});
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->sequence(), 3U);
  ASSERT_EQ(ack->rejections_size(), 1);
  EXPECT_EQ(ack->rejections(0).sequence(), 2U);
  EXPECT_EQ(store_.CountEvents().value(), 2U);
  EXPECT_EQ(store_.FindAgent("agent-1").value()->status.events(), 2U);
  EXPECT_EQ(store_.FindAgent("agent-1").value()->status.rejected_events(), 1U);
}

TEST_F(Ingesting, AnothersIdIsRefusedWithoutItsValue) {
  const std::string reason = ReasonFor(MakeEvent({.agent = "agent-2"}));
  EXPECT_THAT(reason, HasSubstr("agent_id"));
  EXPECT_THAT(reason, Not(HasSubstr("agent-2")));
}

TEST_F(Ingesting, AnothersHostIsRefused) {
  EXPECT_THAT(ReasonFor(MakeEvent({.host = "w2"})), HasSubstr("activity.host"));
}

TEST_F(Ingesting, TheHostOfTheEnrolmentIsStillItsOwn) {
  const auto ack = Accept({MakeEvent({.host = "w1-at-enrolment"})});
  ASSERT_TRUE(ack);
  EXPECT_THAT(ack->rejections(), IsEmpty());
}

TEST_F(Ingesting, RecordSetsThatDoNotParseAreRefused) {
  v1::Event event = MakeEvent({.records = Records(1, 3)});
  event.mutable_inspection()->mutable_customers()->set_records("no bitmap");
  EXPECT_THAT(ReasonFor(event), HasSubstr("inspection.customers.records"));
  event = MakeEvent({.sequence = 2, .records = Records(1, 3)});
  event.mutable_inspection()->add_customers_of_other_ledgers()->set_records("no bitmap");
  EXPECT_THAT(ReasonFor(event), HasSubstr("inspection.customers_of_other_ledgers.records"));
}

TEST_F(Ingesting, AClockThatRunsADayAheadIsRefused) {
  EXPECT_THAT(ReasonFor(MakeEvent({.after = hours(1) + hours(24) + minutes(1)})), HasSubstr("24 h ahead"));
}

TEST_F(Ingesting, AClockThatRunsAHourAheadIsNot) {
  const auto ack = Accept({MakeEvent({.after = hours(3)})});
  ASSERT_TRUE(ack);
  EXPECT_THAT(ack->rejections(), IsEmpty());
}

TEST_F(Ingesting, AnEmptyBatchIsNoneAndCounted) {
  const auto ack = Accept({});
  ASSERT_FALSE(ack);
  EXPECT_EQ(ack.error().code, ErrorCode::kInvalidArgument);
  ASSERT_EQ(TheAgent().rejections_size(), 1);
  EXPECT_THAT(TheAgent().rejections(0).reason(), HasSubstr("batch.events"));
}

TEST_F(Ingesting, BatchesAreBounded) {
  std::vector<v1::Event> events;
  for (std::uint64_t sequence = 1; sequence <= 1001; ++sequence) events.push_back(MakeEvent({.sequence = sequence}));
  EXPECT_EQ(Accept(events).error().code, ErrorCode::kInvalidArgument);
  std::vector<v1::Event> large;
  for (std::uint64_t sequence = 1; sequence <= 4; ++sequence) {
    large.push_back(MakeEvent({.sequence = sequence, .path = std::string(1 << 20, 'x')}));
  }
  EXPECT_EQ(Accept(large).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(Ingesting, NothingIsAcknowledgedThatIsNotOnTheDisk) {
  store_.FailCommits(1);
  const auto ack = Accept({MakeEvent({.sequence = 1})});
  ASSERT_FALSE(ack);
  EXPECT_EQ(ack.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(TheAgent().events(), 0U);
  const auto again = Accept({MakeEvent({.sequence = 1})});
  ASSERT_TRUE(again);
  EXPECT_EQ(store_.CountEvents().value(), 1U);
}

TEST_F(Ingesting, GreetingsAreNotedOfEnrolledAgentsOnly) {
  const auto identity = ingest_.Greet("agent-1", MakeHello("agent-1"));
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->host, "w1");
  const auto kept = store_.FindAgent("agent-1").value();
  EXPECT_EQ(kept->status.version(), "0.1.0");
  EXPECT_EQ(kept->status.policy_version(), 3U);
  EXPECT_EQ(ingest_.Greet("agent-9", MakeHello("agent-9")).error().code, ErrorCode::kPermissionDenied);
  EXPECT_EQ(ingest_.Greet("agent-1", MakeHello("agent-2")).error().code, ErrorCode::kPermissionDenied);
  EXPECT_EQ(ingest_.Greet("", MakeHello("agent-1")).error().code, ErrorCode::kPermissionDenied);
  EXPECT_EQ(ingest_.Greet("agent-1", v1::Hello()).error().code, ErrorCode::kInvalidArgument);
  v1::Hello elsewhere = MakeHello("agent-1");
  elsewhere.set_host("w2");
  EXPECT_EQ(ingest_.Greet("agent-1", elsewhere).error().code, ErrorCode::kPermissionDenied);
}

TEST_F(Ingesting, WithoutTlsAGreetingEnrols) {
  ingest::Ingest trusting(lane_, detector_, clock_, {.trust_greetings = true});
  ASSERT_TRUE(trusting.Greet("", MakeHello("agent-9")));
  EXPECT_TRUE(store_.FindAgent("agent-9")->has_value());
}

TEST_F(Ingesting, HealthIsKeptForWhenTheAgentIsAway) {
  v1::Heartbeat heartbeat;
  heartbeat.set_spooled_events(12);
  heartbeat.add_sensors()->set_name("file_events");
  ASSERT_TRUE(ingest_.SaveHealth("agent-1", heartbeat));
  const auto kept = store_.FindAgent("agent-1").value();
  EXPECT_EQ(kept->status.spooled_events(), 12U);
  EXPECT_EQ(kept->status.sensors_size(), 1);
}

}  // namespace
}  // namespace vigie::server
