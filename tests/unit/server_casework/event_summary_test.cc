// Held against figures that are added up here, event by event.
#include "server/api/event_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <set>
#include <string_view>

#include "platform/fake/fake_clock.h"
#include "proto/contract/time_conversion.h"
#include "server/store/memory/memory_store.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server::api {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SummaryTest : public ::testing::Test {
 protected:
  void Append(std::vector<v1::Event> events) {
    ASSERT_TRUE(store_.Write([&](StoreTransaction& transaction) -> base::Result<void> {
      for (v1::Event& event : events) {
        event.set_host(event.activity().host());
        if (auto kept = transaction.AppendEvent(event, event.host()); !kept) return kept;
      }
      return {};
    }));
  }
  static v1::SummarizeEventsRequest Ask(v1::EventGrouping grouping, std::chrono::nanoseconds bucket = hours(1),
                                        std::chrono::nanoseconds length = hours(24)) {
    v1::SummarizeEventsRequest request;
    *request.mutable_from() = contract::ToProto(kStoryBegin);
    *request.mutable_until() = contract::ToProto(kStoryBegin + length);
    *request.mutable_bucket() = contract::ToProto(bucket);
    request.set_group_by(grouping);
    return request;
  }
  v1::SummarizeEventsResponse Run(
      const v1::SummarizeEventsRequest& request, const EventSummary::IsOver& is_over = [] { return false; }) {
    auto plan = SummaryPlan::Make(request, kStoryBegin + hours(48));
    EXPECT_TRUE(plan) << plan.error().message;
    const auto reader = store_.OpenEvents();
    auto answer = EventSummary(*std::move(plan), **reader, is_over).Run();
    EXPECT_TRUE(answer) << answer.error().message;
    return *answer;
  }

  MemoryStore store_;
};

v1::Event WithBytes(v1::Event event, std::uint64_t bytes) {
  event.mutable_activity()->mutable_file()->set_bytes(bytes);
  return event;
}

TEST_F(SummaryTest, CountsCustomersOnceInABucketAndOverTheRange) {
  Append({WithBytes(MakeEvent({.sequence = 1, .records = Records(1, 10)}), 100),
          WithBytes(
              MakeEvent({.sequence = 2, .channel = v1::CHANNEL_PRINT, .after = minutes(59), .records = Records(6, 10)}),
              20),
          WithBytes(MakeEvent({.sequence = 3, .after = hours(2), .records = Records(1, 3)}), 3),
          MakeEvent({.sequence = 4, .after = hours(24), .records = Records(100, 1)}), MakeGap("agent-1", 5, hours(1))});
  const auto answer = Run(Ask(v1::EVENT_GROUPING_CHANNEL));
  EXPECT_EQ(answer.figures().events(), 3U) << "what happened at `until` is not in it, gaps are no events";
  EXPECT_EQ(answer.figures().bytes(), 123U);
  EXPECT_EQ(answer.figures().distinct_customers(), 15U);
  ASSERT_EQ(answer.buckets_size(), 2) << "empty ones are left out";
  EXPECT_EQ(answer.buckets(0).figures().distinct_customers(), 15U);
  EXPECT_EQ(contract::FromProto(answer.buckets(1).from()), kStoryBegin + hours(2));
  EXPECT_EQ(answer.buckets(1).figures().distinct_customers(), 3U);
  ASSERT_EQ(answer.groups_size(), 2);
  EXPECT_EQ(answer.groups(0).name(), "removable_media");
  EXPECT_EQ(answer.groups(0).figures().events(), 2U);
  EXPECT_EQ(answer.groups(0).figures().distinct_customers(), 10U) << "the same customers on another hour are the same";
  EXPECT_EQ(answer.groups(1).name(), "print");
  EXPECT_FALSE(answer.truncated());
}

// Quarters, halves and odd stretches, which begin anywhere; over events that come later, too.
TEST_F(SummaryTest, RollupsSayTheSameAsTheEvents) {
  std::mt19937 random(7);
  const auto below = [&](std::uint32_t most) { return static_cast<std::uint32_t>(random() % most); };
  platform::FakeClock clock{kStoryBegin + hours(72)};
  RollupBook rollups(store_, clock);
  std::uint64_t sequence = 0;
  for (int round = 0; round < 60; ++round) {
    std::vector<v1::Event> events;
    for (std::uint32_t i = 0; i < 5; ++i) {
      const auto channel = below(2) == 0 ? v1::CHANNEL_PRINT : v1::CHANNEL_REMOVABLE_MEDIA;
      events.push_back(WithBytes(MakeEvent({.sequence = ++sequence,
                                            .channel = channel,
                                            .after = std::chrono::seconds(below(60 * 3600)),
                                            .records = Records(1 + below(50), 1 + below(20))}),
                                 below(1000)));
    }
    Append(events);
    auto request = Ask(round % 2 == 0 ? v1::EVENT_GROUPING_CHANNEL : v1::EVENT_GROUPING_UNSPECIFIED,
                       minutes(15 * (1 + below(30)) + (round % 3 == 0 ? 7 : 0)), minutes(60 + below(60 * 60)));
    *request.mutable_from() = contract::ToProto(kStoryBegin - minutes(below(300)));
    if (round % 5 == 0) request.mutable_filter()->set_channel(v1::CHANNEL_PRINT);
    auto plan = SummaryPlan::Make(request, clock.Now());
    ASSERT_TRUE(plan);
    const auto reader = store_.OpenEvents();
    const auto answer = EventSummary(
                            *plan, **reader, [] { return false; }, &rollups)
                            .Run();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->DebugString(), Run(request).DebugString());
  }
}

TEST_F(SummaryTest, WhatIsWorkedOutAheadIsNotReadAgain) {
  Append({MakeEvent({.sequence = 1, .records = Records(1, 10)})});
  platform::FakeClock clock{kStoryBegin + hours(26)};
  RollupBook rollups(store_, clock);
  ASSERT_TRUE(rollups.WorkAhead([] { return false; }));
  const auto reader = store_.OpenEvents();
  for (const RollupCell& cell : {RollupCell{minutes(15), kStoryBegin}, RollupCell{hours(4), kStoryBegin - hours(2)},
                                 RollupCell{hours(24), kStoryBegin - hours(10)}}) {
    EXPECT_TRUE((*reader)->FindRollup(cell).value()) << cell.length.count() << " s";
  }
  EXPECT_FALSE((*reader)->FindRollup({minutes(15), kStoryBegin + hours(2)}).value()) << "nothing happened then";
  // All of it is over at once: only what is kept can still be told.
  const RollupCell cell{minutes(15), kStoryBegin};
  const auto figures = rollups.FiguresOf(cell, **reader, [] { return true; });
  ASSERT_TRUE(figures);
  EXPECT_EQ(figures->at(v1::CHANNEL_REMOVABLE_MEDIA).Figures().distinct_customers(), 10U);
}

TEST_F(SummaryTest, WhatIsStillGoingOnIsNotKept) {
  Append({MakeEvent({.sequence = 1})});
  platform::FakeClock clock{kStoryBegin + minutes(16)};
  RollupBook rollups(store_, clock);
  const RollupCell cell{minutes(15), kStoryBegin};
  const auto reader = store_.OpenEvents();
  ASSERT_TRUE(rollups.FiguresOf(cell, **reader, [] { return false; }));
  EXPECT_FALSE((*store_.OpenEvents())->FindRollup(cell).value());
}

TEST_F(SummaryTest, LedgersAreKeptApart) {
  v1::Event event = MakeEvent({.sequence = 1, .records = Records(1, 10)});
  event.mutable_inspection()->mutable_customers()->set_ledger("a");
  v1::Event other = MakeEvent({.sequence = 2, .records = Records(1, 10)});
  other.mutable_inspection()->mutable_customers()->set_ledger("b");
  Append({event, other});
  EXPECT_EQ(Run(Ask(v1::EVENT_GROUPING_UNSPECIFIED)).figures().distinct_customers(), 20U);
}

TEST_F(SummaryTest, BeyondTwentyUsersTheRestIsTogetherAndExact) {
  std::vector<v1::Event> events;
  std::uint64_t sequence = 0;
  // user-NN has NN events, all of them with the customers 1 to 5 and one of his own.
  for (std::uint32_t user = 1; user <= 30; ++user) {
    for (std::uint32_t i = 0; i < user; ++i) {
      auto records = Records(1, 5);
      records.push_back(1000 + user);
      events.push_back(MakeEvent({.sequence = ++sequence,
                                  .user = (user < 10 ? "user-0" : "user-") + std::to_string(user),
                                  .records = records}));
    }
  }
  Append(events);
  const auto answer = Run(Ask(v1::EVENT_GROUPING_USER));
  ASSERT_EQ(answer.groups_size(), 20);
  EXPECT_EQ(answer.groups(0).name(), "user-30");
  EXPECT_EQ(answer.groups(19).name(), "user-11");
  EXPECT_EQ(answer.other_groups(), 10U);
  ASSERT_EQ(answer.buckets_size(), 1);
  EXPECT_EQ(answer.buckets(0).others().events(), 55U);
  EXPECT_EQ(answer.buckets(0).others().distinct_customers(), 15U);
  EXPECT_EQ(answer.buckets(0).figures().distinct_customers(), 35U);
  EXPECT_EQ(answer.figures().events(), 465U);
}

TEST_F(SummaryTest, AnEventIsInTheGroupOfEachOfItsClassesAndOnceInOthers) {
  v1::Event event = MakeEvent({.sequence = 1});
  event.mutable_inspection()->clear_classes();
  for (int i = 0; i < 25; ++i) {
    v1::ClassFinding& found = *event.mutable_inspection()->add_classes();
    found.set_class_("class_" + std::to_string(10 + i));
    found.set_matches(1);
  }
  v1::Event none = MakeEvent({.sequence = 2});
  none.mutable_inspection()->clear_classes();
  Append({event, none});
  const auto answer = Run(Ask(v1::EVENT_GROUPING_CLASS));
  EXPECT_EQ(answer.figures().events(), 2U);
  ASSERT_EQ(answer.groups_size(), 20);
  EXPECT_EQ(answer.groups(0).name(), "") << "what has none is a group, too";
  EXPECT_EQ(answer.other_groups(), 6U);
  EXPECT_EQ(answer.buckets(0).others().events(), 1U);
}

TEST_F(SummaryTest, FiltersHold) {
  Append({MakeEvent({.sequence = 1, .user = "alice"}), MakeEvent({.sequence = 2, .user = "bob"}),
          MakeEvent({.sequence = 3, .user = "bob", .channel = v1::CHANNEL_PRINT})});
  auto request = Ask(v1::EVENT_GROUPING_USER);
  request.mutable_filter()->set_user("bob");
  EXPECT_EQ(Run(request).figures().events(), 2U);
  request.mutable_filter()->set_channel(v1::CHANNEL_PRINT);
  EXPECT_EQ(Run(request).figures().events(), 1U);
  request.mutable_filter()->set_verdict(v1::VERDICT_QUARANTINE);
  EXPECT_EQ(Run(request).buckets_size(), 0);
}

TEST_F(SummaryTest, WhatRulesInShadowWouldHaveDone) {
  std::vector<v1::Event> events;
  for (std::uint64_t sequence = 1; sequence <= 5; ++sequence) {
    events.push_back(MakeEvent({.sequence = sequence, .user = "user" + std::to_string(sequence), .records = {7}}));
    events.back().set_rule(sequence < 4 ? "usb" : "print");
    events.back().set_shadow(sequence != 3);
  }
  Append(events);
  auto request = Ask(v1::EVENT_GROUPING_RULE);
  EXPECT_EQ(Run(request).figures().events(), 5U);
  request.mutable_filter()->set_shadow(true);
  const auto answer = Run(request);
  ASSERT_EQ(answer.groups_size(), 2);
  EXPECT_EQ(answer.groups(0).name(), "print");
  EXPECT_EQ(answer.groups(1).name(), "usb");
  EXPECT_EQ(answer.groups(1).figures().events(), 2U);
  EXPECT_EQ(answer.groups(1).figures().distinct_customers(), 1U);
  request.set_group_by(v1::EVENT_GROUPING_USER);
  request.mutable_filter()->set_rule("usb");
  EXPECT_EQ(Run(request).groups(1).name(), "user2");
  EXPECT_EQ(Run(request).groups_size(), 2);
}

// What it says is complete is complete, to the nanosecond.
TEST_F(SummaryTest, WhatTakesTooLongSaysHowFarItIsComplete) {
  std::vector<v1::Event> events;
  for (std::uint64_t sequence = 1; sequence <= 2000; ++sequence)
    events.push_back(MakeEvent({.sequence = sequence, .after = minutes((sequence - 1) / 10)}));
  Append(events);
  for (const auto grouping : {v1::EVENT_GROUPING_CHANNEL, v1::EVENT_GROUPING_USER}) {
    int asked = 0;
    const auto answer = Run(Ask(grouping), [&] { return ++asked >= 3; });
    ASSERT_TRUE(answer.truncated());
    const auto until = contract::FromProto(answer.complete_until());
    EXPECT_GT(answer.figures().events(), 0U);
    EXPECT_LT(answer.figures().events(), 2000U);
    EXPECT_EQ(answer.figures().events(), static_cast<std::uint64_t>((until - kStoryBegin) / minutes(1)) * 10);
  }
}

TEST_F(SummaryTest, RequestsThatCannotBeAreRefused) {
  const auto refusal = [](const v1::SummarizeEventsRequest& request) {
    const auto plan = SummaryPlan::Make(request, kStoryBegin + hours(48));
    return plan ? std::string("taken") : plan.error().message;
  };
  v1::SummarizeEventsRequest request;
  EXPECT_THAT(refusal(request), HasSubstr("from: "));
  EXPECT_THAT(refusal(Ask(v1::EVENT_GROUPING_USER, hours(1), hours(0))), HasSubstr("until: "));
  EXPECT_THAT(refusal(Ask(v1::EVENT_GROUPING_USER, std::chrono::milliseconds(1))), HasSubstr("bucket: "));
  EXPECT_THAT(refusal(Ask(v1::EVENT_GROUPING_USER, minutes(1), minutes(501))), HasSubstr("500"));
  EXPECT_EQ(refusal(Ask(v1::EVENT_GROUPING_USER, minutes(1), minutes(500))), "taken");
  EXPECT_EQ(refusal(Ask(v1::EVENT_GROUPING_USER, hours(0))), "taken") << "one bucket";
  for (const std::int64_t seconds : {-1L, 1L << 62, std::numeric_limits<std::int64_t>::min()}) {
    for (auto* field : {"from", "until", "bucket"}) {
      request = Ask(v1::EVENT_GROUPING_USER);
      const std::string_view name = field;
      if (name == "from") request.mutable_from()->set_seconds(seconds);
      if (name == "until") request.mutable_until()->set_seconds(seconds);
      if (name == "bucket") request.mutable_bucket()->set_seconds(seconds);
      EXPECT_THAT(refusal(request), HasSubstr(std::string(name) + ": ")) << seconds;
    }
  }
  request = Ask(v1::EVENT_GROUPING_USER);
  request.set_group_by(static_cast<v1::EventGrouping>(99));
  EXPECT_THAT(refusal(request), HasSubstr("group_by"));
}

}  // namespace
}  // namespace vigie::server::api
