#include "server/near_thresholds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/contract/time_conversion.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class NearThresholdsTest : public ServerFixture {
 protected:
  NearThresholdsTest() : watched_(store_, clock_, {}, &near_), its_lane_(store_, watched_) {}

  void Begin(const std::string& thresholds) { ASSERT_TRUE(watched_.Start(MakePolicy(thresholds))); }
  void Tell(const std::vector<v1::Event>& events) {
    ASSERT_TRUE(its_lane_.Run([&](StoreTransaction& transaction) -> base::Result<void> {
      for (const v1::Event& event : events) {
        if (auto kept = transaction.AppendEvent(event, "w1"); !kept) return kept;
        if (auto seen = watched_.Observe(event, transaction); !seen) return seen;
      }
      return {};
    }));
  }
  std::vector<std::string> Subjects(std::size_t most = 50) {
    std::vector<std::string> subjects;
    for (const auto& near : near_.Nearest(most, clock_.Now())) subjects.push_back(near.subject());
    return subjects;
  }

  NearThresholds near_;
  detect::Detector watched_;
  WriteLane its_lane_;
};

TEST_F(NearThresholdsTest, TheNearestComeFirstWithTheirFigures) {
  Begin(BulkThreshold(99));
  Tell({MakeEvent({.sequence = 1, .user = "alice", .records = Records(1, 40)}),
        MakeEvent({.sequence = 2, .user = "bob", .after = minutes(5), .records = Records(1, 90)}),
        MakeEvent({.sequence = 3, .user = "carol", .records = Records(1, 2)})});
  EXPECT_THAT(Subjects(), ElementsAre("user=bob", "user=alice")) << "2 of 100 is not near";
  EXPECT_THAT(Subjects(1), ElementsAre("user=bob"));
  const auto near = near_.Nearest(1, clock_.Now())[0];
  EXPECT_EQ(near.rule(), "bulk");
  EXPECT_EQ(near.user(), "bob");
  EXPECT_EQ(near.measure(), v1::MEASURE_DISTINCT_CUSTOMERS);
  EXPECT_EQ(near.measured(), 90U);
  EXPECT_EQ(near.over(), 99U);
  EXPECT_DOUBLE_EQ(near.fraction(), 0.9);
  EXPECT_EQ(contract::FromProto(near.window()), hours(24));
  EXPECT_EQ(contract::FromProto(near.last_event_at()), kStoryBegin + minutes(5));
  EXPECT_EQ(near.severity(), v1::SEVERITY_CRITICAL);
}

TEST_F(NearThresholdsTest, WhoHasAnIncidentIsNotNearItAnyMore) {
  Begin(BulkThreshold(99));
  Tell({MakeEvent({.sequence = 1, .records = Records(1, 90)})});
  EXPECT_THAT(Subjects(), ElementsAre("user=alice"));
  Tell({MakeEvent({.sequence = 2, .records = Records(91, 20)})});
  EXPECT_THAT(Subjects(), IsEmpty());
  Tell({MakeEvent({.sequence = 3, .after = hours(48), .records = Records(1, 90)})});
  EXPECT_THAT(Subjects(), IsEmpty()) << "it is below again, but the incident is still open";
}

TEST_F(NearThresholdsTest, WhoseIncidentIsOpenAgainIsNotNearIt) {
  Begin(BulkThreshold(99));
  Tell({MakeEvent({.sequence = 1, .records = Records(1, 110)})});
  const auto run = [&](const auto& work) {
    ASSERT_TRUE(its_lane_.Run([&](StoreTransaction& transaction) -> base::Result<void> {
      const auto done = work(transaction);
      return done ? base::Result<void>() : done.error();
    }));
  };
  run([&](StoreTransaction& transaction) { return watched_.Close("inc-1", "", transaction); });
  clock_.Pass(hours(48));
  Tell({MakeEvent({.sequence = 2, .after = hours(48), .records = Records(1, 50)})});
  ASSERT_THAT(Subjects(), ElementsAre("user=alice"));
  run([&](StoreTransaction& transaction) { return watched_.Reopen("inc-1", transaction); });
  EXPECT_THAT(Subjects(), IsEmpty());
}

TEST_F(NearThresholdsTest, WhatHasLeftItsWindowIsNotNear) {
  Begin(BulkThreshold(99));
  Tell({MakeEvent({.sequence = 1, .records = Records(1, 90)})});
  clock_.Pass(hours(22));
  EXPECT_THAT(Subjects(), ElementsAre("user=alice"));
  clock_.Pass(hours(2));
  EXPECT_THAT(Subjects(), IsEmpty());
}

TEST_F(NearThresholdsTest, ARestartAndANewPolicyCountThemAgain) {
  Begin(BulkThreshold(99));
  Tell({MakeEvent({.sequence = 1, .records = Records(1, 90)})});
  near_.Clear();
  Begin(BulkThreshold(199));
  ASSERT_THAT(Subjects(), ElementsAre("user=alice"));
  EXPECT_DOUBLE_EQ(near_.Nearest(1, clock_.Now())[0].fraction(), 0.45);
  ASSERT_TRUE(its_lane_.Run([&](StoreTransaction&) { return watched_.ReplacePolicy(MakePolicy("", 2)); }));
  EXPECT_THAT(Subjects(), IsEmpty()) << "a policy without thresholds has none";
}

TEST_F(NearThresholdsTest, ATransactionThatFailsLeavesNothing) {
  Begin(BulkThreshold(99));
  Tell({MakeEvent({.sequence = 1, .records = Records(1, 50)})});
  store_.FailCommits(1);
  EXPECT_FALSE(its_lane_.Run([&](StoreTransaction& transaction) {
    return watched_.Observe(MakeEvent({.sequence = 2, .records = Records(51, 40)}), transaction);
  }));
  EXPECT_EQ(near_.Nearest(1, clock_.Now())[0].measured(), 50U);
}

TEST(NearThresholds, TheFartherHalfOfTooManyIsForgotten) {
  NearThresholds near;
  v1::Threshold rule;
  rule.set_id("bulk");
  *rule.mutable_window() = contract::ToProto(std::chrono::nanoseconds(hours(1)));
  v1::Activity activity;
  for (std::size_t i = 0; i <= NearThresholds::kMostSubjects; ++i)
    near.Note({rule, "user=" + std::to_string(i), activity, 500 + i, 9999, kStoryBegin});
  const auto left = near.Nearest(10'000, kStoryBegin);
  EXPECT_LE(left.size(), NearThresholds::kMostSubjects / 2 + 1);
  EXPECT_GE(left.size(), NearThresholds::kMostSubjects / 2);
  EXPECT_EQ(left[0].subject(), "user=" + std::to_string(NearThresholds::kMostSubjects));
}

}  // namespace
}  // namespace vigie::server
