// Counts stay exact when the process dies, when a commit fails, and when the policy changes: the store is the truth.
#include <gmock/gmock.h>

#include <random>

#include "proto/contract/time_conversion.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

using std::chrono::minutes;
using ::testing::IsEmpty;

class Restarting : public ServerFixture {
 protected:
  // What a restart does: another detector over the same store.
  void Restart(std::shared_ptr<const policy::CompiledPolicy> policy) {
    detect::Detector next(store_, clock_, {&heard_});
    ASSERT_TRUE(next.Start(std::move(policy)));
    WriteLane lane(store_, next);
    ASSERT_TRUE(lane.Run([&](StoreTransaction& transaction) -> base::Result<void> {
      const v1::Event event = MakeEvent({.sequence = 100, .after = minutes(30), .records = Records(500, 1)});
      if (auto appended = transaction.AppendEvent(event, "w1"); !appended) return appended;
      return next.Observe(event, transaction);
    }));
  }
};

TEST_F(Restarting, TheWindowIsCountedAgain) {
  const auto policy = MakePolicy(BulkThreshold(20));
  Start(policy);
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 20)})});
  Restart(policy);
  const v1::Incident incident = TheOpenIncident();
  EXPECT_EQ(incident.events(), 2U);
  EXPECT_EQ(incident.distinct_customers(), 21U);
}

// An urgent event has set the newest of its host to now, a window and more ahead of the backlog that follows it.
TEST_F(Restarting, WhatWasDrainedOfABacklogIsCountedAgain) {
  const auto policy = MakePolicy(BulkThreshold(20));
  Start(policy);
  const auto received = [](v1::Event event) {
    *event.mutable_received_at() = contract::ToProto(kStoryBegin + std::chrono::hours(2000));
    return event;
  };
  Observe({received(MakeEvent({.sequence = 9, .after = std::chrono::hours(2000)})),
           received(MakeEvent({.sequence = 1, .records = Records(1, 20)}))});
  Restart(policy);
  EXPECT_EQ(TheOpenIncident().distinct_customers(), 21U);
}

TEST_F(Restarting, AnOpenIncidentGrowsOn) {
  const auto policy = MakePolicy(BulkThreshold(5));
  Start(policy);
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 20)})});
  Restart(policy);
  const v1::Incident incident = TheOpenIncident();
  EXPECT_EQ(incident.id(), "inc-1");
  EXPECT_EQ(incident.events(), 2U);
  EXPECT_EQ(incident.distinct_customers(), 21U);
  EXPECT_EQ(incident.event_ids_size(), 2);
}

TEST_F(Restarting, RebuildingIsSilent) {
  const auto policy = MakePolicy(BulkThreshold(5));
  Start(policy);
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 20)})});
  heard_.incidents.clear();
  detect::Detector next(store_, clock_, {&heard_});
  ASSERT_TRUE(next.Start(policy));
  EXPECT_THAT(heard_.incidents, IsEmpty());
  EXPECT_EQ(store_.OpenIncidents()->size(), 1U);
}

TEST_F(Restarting, AFailedCommitCountsNothing) {
  Start(MakePolicy(BulkThreshold(20)));
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 15)})});
  store_.FailCommits(1);
  const std::vector<v1::Event> next = {MakeEvent({.sequence = 2, .after = minutes(1), .records = Records(16, 10)})};
  EXPECT_FALSE(TryObserve(next));
  EXPECT_THAT(heard_.incidents, IsEmpty());
  EXPECT_THAT(*store_.OpenIncidents(), IsEmpty());
  Observe(next);
  EXPECT_EQ(TheOpenIncident().id(), "inc-1");
  EXPECT_EQ(TheOpenIncident().events(), 2U);
  EXPECT_EQ(TheOpenIncident().distinct_customers(), 25U);
}

TEST_F(Restarting, AFailedCommitOfAGrownIncidentIsForgotten) {
  Start(MakePolicy(BulkThreshold(5)));
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 6)})});
  store_.FailCommits(1);
  EXPECT_FALSE(TryObserve({MakeEvent({.sequence = 2, .records = Records(100, 50)})}));
  Observe({MakeEvent({.sequence = 3, .records = Records(7, 1)})});
  EXPECT_EQ(TheOpenIncident().events(), 2U);
  EXPECT_EQ(TheOpenIncident().distinct_customers(), 7U);
}

TEST_F(Restarting, AFailedCloseLeavesItOpen) {
  Start(MakePolicy(BulkThreshold(5, "    respond: [block_channels]\n")));
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 6)})});
  store_.FailCommits(1);
  EXPECT_FALSE(Close("inc-1"));
  Observe({MakeEvent({.sequence = 2, .records = Records(7, 1)})});
  EXPECT_EQ(TheOpenIncident().id(), "inc-1");
  EXPECT_EQ(heard_.blocks.size(), 1U);
  EXPECT_TRUE(Close("inc-1"));
}

TEST_F(Restarting, WhileTheStoreCannotBeReadNothingIsAccepted) {
  Start(MakePolicy(BulkThreshold(20)));
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 15)})});
  store_.FailCommits(1);
  store_.FailReads(true);
  const std::vector<v1::Event> next = {MakeEvent({.sequence = 2, .records = Records(16, 10)})};
  EXPECT_FALSE(TryObserve(next));
  const auto refused = TryObserve(next);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kUnavailable);
  store_.FailReads(false);
  Observe(next);
  EXPECT_EQ(TheOpenIncident().distinct_customers(), 25U);
}

TEST_F(Restarting, ANewPolicyCountsWhatIsStoredAndRaisesWithTheNextEvent) {
  Start(MakePolicy(BulkThreshold(1000)));
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 20)})});
  const auto stricter = MakePolicy(BulkThreshold(10), 2);
  ASSERT_TRUE(lane_.Run([&](StoreTransaction&) { return detector_.ReplacePolicy(stricter); }));
  EXPECT_THAT(*store_.OpenIncidents(), IsEmpty());
  Observe({MakeEvent({.sequence = 2, .after = minutes(1), .records = Records(1, 1)})});
  EXPECT_EQ(TheOpenIncident().events(), 2U);
  EXPECT_EQ(TheOpenIncident().distinct_customers(), 20U);
}

TEST_F(Restarting, APolicyThatWasNotCommittedIsNotInForce) {
  Start(MakePolicy(BulkThreshold(1000)));
  const auto stricter = MakePolicy(BulkThreshold(10), 2);
  store_.FailCommits(1);
  EXPECT_FALSE(lane_.Run([&](StoreTransaction&) { return detector_.ReplacePolicy(stricter); }));
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 20)})});
  EXPECT_THAT(*store_.OpenIncidents(), IsEmpty());
}

TEST_F(Restarting, APolicyWithoutTheRuleLiftsItsBlocks) {
  Start(MakePolicy(BulkThreshold(5, "    respond: [block_channels]\n")));
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 6)})});
  EXPECT_EQ(heard_.blocks.size(), 1U);
  const auto none = MakePolicy("", 2);
  ASSERT_TRUE(lane_.Run([&](StoreTransaction&) { return detector_.ReplacePolicy(none); }));
  EXPECT_THAT(heard_.blocks, IsEmpty());
  EXPECT_EQ(TheOpenIncident().id(), "inc-1");
}

// Eight days of some customers each, then many.
TEST_F(Restarting, ABaselineIsKnownAgainAndDoesNotAlarmTwice) {
  const auto policy = MakePolicy(BulkThreshold(5, "    baseline: {history: 7d, at_least: 6, deviation: 6}\n"));
  Start(policy);
  const auto on = [](std::uint64_t day, std::uint32_t customers) {
    return MakeEvent({.sequence = day + 1,
                      .after = std::chrono::hours(24 * day) + minutes(5 * day),
                      .records = Records(static_cast<std::uint32_t>(1000 * day), customers)});
  };
  for (std::uint64_t day = 0; day < 8; ++day) Observe({on(day, 12)});
  EXPECT_THAT(*store_.OpenIncidents(), IsEmpty());
  ASSERT_TRUE(detector_.Start(policy));
  Observe({on(9, 410)});
  const v1::Incident incident = TheOpenIncident();
  EXPECT_EQ(incident.explanation(),
            "usually 12 distinct customers a day (median of 7 days), now 410: 331.7 deviations of 1.2; the rule allows "
            "6");
  ASSERT_TRUE(Close("inc-1"));
  ASSERT_TRUE(detector_.Start(policy));
  v1::Event again = on(9, 411);
  again.set_sequence(100);
  Observe({again});
  EXPECT_THAT(*store_.OpenIncidents(), IsEmpty());
}

// The same story with and without commits that fail in between ends the same.
TEST_F(Restarting, CountsDoNotDependOnFailures) {
  const auto policy = MakePolicy(BulkThreshold(50));
  Start(policy);
  std::mt19937 random(7);
  std::uint64_t sequence = 0;
  std::set<std::uint32_t> seen;
  for (int batch = 0; batch < 60; ++batch) {
    std::vector<v1::Event> events;
    for (int i = 0; i < 5; ++i) {
      const auto records = Records(static_cast<std::uint32_t>(random() % 300), 4);
      seen.insert(records.begin(), records.end());
      events.push_back(MakeEvent({.sequence = ++sequence, .after = minutes(batch), .records = records}));
    }
    if (random() % 3 == 0) {
      store_.FailCommits(1);
      EXPECT_FALSE(TryObserve(events));
    }
    Observe(events);
  }
  EXPECT_EQ(TheOpenIncident().events(), 300U);
  EXPECT_EQ(TheOpenIncident().distinct_customers(), seen.size());
  EXPECT_EQ(store_.CountEvents().value(), 300U);
}

}  // namespace
}  // namespace vigie::server
