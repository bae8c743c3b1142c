// Whatever an agent sends: refused item by item, with a reason that is counted, beside the good ones.
#include <gmock/gmock.h>

#include "proto/contract/time_conversion.h"
#include "server/ingest/event_checks.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

using ::testing::HasSubstr;

class HostileBatches : public ServerFixture {
 protected:
  void SetUp() override {
    Start(MakePolicy(BulkThreshold(20)));
    Enrol("agent-1");
  }
  base::Result<v1::Ack> Accept(const v1::EventBatch& batch) { return ingest_.Accept(agent_, batch); }
  v1::AgentStatus TheAgent() { return store_.FindAgent("agent-1").value()->status; }
  // Sends it between two good ones: why it is refused.
  std::string ReasonFor(v1::Event bad) {
    const std::uint64_t first = next_;
    next_ += 3;
    v1::EventBatch batch;
    *batch.add_events() = MakeEvent({.sequence = first});
    if (bad.sequence() == 1) bad.set_sequence(first + 1);
    *batch.add_events() = std::move(bad);
    *batch.add_events() = MakeEvent({.sequence = first + 2});
    const auto before = store_.CountEvents().value();
    const auto ack = Accept(batch);
    if (!ack) return "the batch: " + ack.error().message;
    EXPECT_EQ(store_.CountEvents().value() - before, ack->rejections_size() == 1 ? 2U : 3U);
    return ack->rejections_size() == 1 ? ack->rejections(0).reason() : "was taken";
  }

  const AgentIdentity agent_{"agent-1", "w1", "w1", 5};
  std::uint64_t next_ = 1;
};

TEST_F(HostileBatches, AreRefusedItemByItem) {
  v1::Event large = MakeEvent({.path = std::string(10 << 20, 'x')});
  v1::EventBatch batch;
  *batch.add_events() = large;
  EXPECT_FALSE(Accept(batch)) << "more than a message may hold";
  large = MakeEvent({.path = std::string((1 << 20) + 1, 'x')});
  EXPECT_THAT(ReasonFor(large), HasSubstr("event: larger than 1 MiB"));
  EXPECT_THAT(ReasonFor(MakeEvent({.path = std::string(10'000, 'x')})), HasSubstr("activity.file.path"));
  EXPECT_THAT(ReasonFor(MakeEvent({.host = "w2"})), HasSubstr("activity.host"));
  EXPECT_THAT(ReasonFor(MakeEvent({.agent = "agent-2"})), HasSubstr("agent_id"));
  EXPECT_THAT(ReasonFor(MakeEvent({.epoch = 2})), HasSubstr("boot_epoch: must be the same"));
  v1::Event absurd = MakeEvent({});
  absurd.mutable_activity()->mutable_at()->set_seconds(-62'135'596'800);
  EXPECT_THAT(ReasonFor(absurd), HasSubstr("activity.at"));
  absurd.mutable_activity()->mutable_at()->set_seconds(std::numeric_limits<std::int64_t>::max());
  EXPECT_THAT(ReasonFor(absurd), HasSubstr("activity.at"));
  absurd = MakeEvent({});
  absurd.mutable_activity()->mutable_at()->set_nanos(-1);
  EXPECT_THAT(ReasonFor(absurd), HasSubstr("activity.at"));
  v1::Event liar = MakeEvent({.records = Records(1, 3)});
  liar.mutable_inspection()->mutable_customers()->set_distinct(std::numeric_limits<std::uint32_t>::max());
  EXPECT_THAT(ReasonFor(liar), HasSubstr("distinct: is not the number of records"));
}

TEST_F(HostileBatches, UnsortedAndDoubledSequencesAreRefusedAndTheRestIsTaken) {
  v1::EventBatch batch;
  for (const std::uint64_t sequence : {2, 1, 2, 3}) *batch.add_events() = MakeEvent({.sequence = sequence});
  const auto ack = Accept(batch);
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->sequence(), 3U);
  EXPECT_EQ(ack->rejections_size(), 2);
  EXPECT_EQ(store_.CountEvents().value(), 2U);
}

TEST_F(HostileBatches, AnEpochAfterTheGreetingsIsRefused) {
  v1::EventBatch batch;
  *batch.add_events() = MakeEvent({.epoch = 6});
  EXPECT_THAT(Accept(batch)->rejections(0).reason(), HasSubstr("boot_epoch: is after"));
}

TEST_F(HostileBatches, BytesThatAreNoEventAreRefusedAlone) {
  v1::EventBatch batch;
  batch.set_boot_epoch(1);
  const auto add = [&](std::uint64_t sequence, std::string bytes) {
    batch.add_sequences(sequence);
    batch.add_encoded(std::move(bytes));
  };
  add(1, MakeEvent({.sequence = 1}).SerializeAsString());
  add(2, "no event");
  std::string invalid_text = MakeEvent({.sequence = 3, .user = "alice"}).SerializeAsString();
  invalid_text.replace(invalid_text.find("alice"), 1, "\xff");
  add(3, invalid_text);
  add(4, MakeEvent({.sequence = 77}).SerializeAsString());
  add(5, MakeEvent({.sequence = 5}).SerializeAsString());
  const auto ack = Accept(batch);
  ASSERT_TRUE(ack) << ack.error().message;
  EXPECT_EQ(ack->sequence(), 5U);
  ASSERT_EQ(ack->rejections_size(), 3);
  EXPECT_THAT(ack->rejections(0).reason(), HasSubstr("does not parse"));
  EXPECT_EQ(ack->rejections(1).sequence(), 3U) << "text that is not UTF-8";
  EXPECT_THAT(ack->rejections(2).reason(), HasSubstr("sequence"));
  EXPECT_EQ(store_.CountEvents().value(), 2U);
}

TEST_F(HostileBatches, UnknownFieldsOfANewerAgentAreDroppedAndCountedAndAMassOfThemRefused) {
  v1::Event newer = MakeEvent({});
  newer.GetReflection()->MutableUnknownFields(&newer)->AddLengthDelimited(4000, "from the future");
  EXPECT_EQ(ReasonFor(newer), "was taken");
  newer.GetReflection()->MutableUnknownFields(&newer)->AddLengthDelimited(4001, std::string(5000, 'x'));
  EXPECT_THAT(ReasonFor(newer), HasSubstr("fields that are not known"));
  const v1::AgentStatus agent = TheAgent();
  ASSERT_EQ(agent.rejections_size(), 2);
  EXPECT_THAT(agent.rejections(0).reason(), HasSubstr("unknown fields"));
  EXPECT_EQ(agent.rejected_events(), 1U);
}

TEST_F(HostileBatches, EachReasonIsCounted) {
  for (int i = 0; i < 3; ++i) (void)ReasonFor(MakeEvent({.host = "w2"}));
  (void)ReasonFor(MakeEvent({.agent = "agent-2"}));
  const v1::AgentStatus agent = TheAgent();
  ASSERT_EQ(agent.rejections_size(), 2);
  EXPECT_EQ(agent.rejections(0).count(), 3U);
  EXPECT_THAT(agent.rejections(0).reason(), HasSubstr("activity.host"));
  EXPECT_EQ(agent.rejected_events(), 4U);
}

TEST_F(HostileBatches, ReasonsThatAreKeptAreBounded) {
  ingest::IngestCounts counts;
  for (int i = 0; i < 200; ++i) counts.reasons["reason " + std::to_string(i)] = 1;
  v1::AgentStatus agent;
  AddCounts(counts, agent);
  EXPECT_EQ(agent.rejections_size(), ingest::kMostReasons + 1);
  EXPECT_EQ(agent.rejections(ingest::kMostReasons).reason(), "other");
}

}  // namespace
}  // namespace vigie::server
