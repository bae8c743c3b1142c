// What comes before its turn, and what does not come at all.
#include <gmock/gmock.h>

#include <random>
#include <set>

#include "proto/contract/time_conversion.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class IngestingAhead : public ServerFixture {
 protected:
  void SetUp() override {
    Start(MakePolicy(BulkThreshold(20)));
    Enrol("agent-1");
  }
  v1::Ack Accept(const std::vector<std::uint64_t>& sequences, bool ahead = false) {
    v1::EventBatch batch;
    batch.set_ahead(ahead);
    for (const std::uint64_t sequence : sequences) {
      *batch.add_events() = MakeEvent({.sequence = sequence, .after = minutes(sequence % 60)});
    }
    const auto ack = ingest_.Accept(agent_, batch);
    EXPECT_TRUE(ack) << ack.error().message;
    return ack ? *ack : v1::Ack();
  }
  // An event of the spool: what it had to give up.
  void TellGivenUp(std::uint64_t sequence, const std::vector<std::pair<std::uint64_t, std::uint64_t>>& ranges,
                   std::uint64_t epoch = 1, bool ahead = false) {
    v1::Event event = MakeGap("agent-1", sequence, minutes(1));
    event.set_boot_epoch(epoch);
    for (const auto& [first, last] : ranges) {
      v1::SequenceRange& range = *event.mutable_gap()->add_never_sent();
      range.set_boot_epoch(1);
      range.set_first(first);
      range.set_last(last);
      event.mutable_gap()->set_lost(event.gap().lost() + last - first + 1);
    }
    v1::EventBatch batch;
    batch.set_ahead(ahead);
    *batch.add_events() = event;
    const auto ack = ingest_.Accept(agent_, batch);
    ASSERT_TRUE(ack);
    EXPECT_EQ(ack->rejections_size(), 0);
  }
  // "first-last" of what is listed as missing.
  std::vector<std::string> Missing() {
    std::vector<std::string> ranges;
    for (const v1::GapReport& gap : Gaps()) {
      if (gap.kind() != v1::GAP_KIND_MISSING) continue;
      ranges.push_back(std::to_string(gap.first_sequence()) + "-" + std::to_string(gap.last_sequence()));
    }
    return ranges;
  }
  v1::AgentStatus TheAgent() { return store_.FindAgent("agent-1").value()->status; }
  std::vector<v1::GapReport> Gaps() { return store_.ListGaps({})->gaps; }

  const AgentIdentity agent_{"agent-1", "w1", "w1"};
};

TEST_F(IngestingAhead, IsTakenOnceAndNamed) {
  Accept({1});
  const v1::Ack ahead = Accept({8, 9}, true);
  EXPECT_EQ(ahead.sequence(), 0U);
  EXPECT_THAT(ahead.ahead(), ElementsAre(8, 9));
  EXPECT_EQ(ahead.credits(), 2U);
  EXPECT_THAT(Accept({8}, true).ahead(), ElementsAre(8)) << "sent again: it is on the disk";
  EXPECT_EQ(Accept({2, 3, 4, 5, 6, 7, 10}).sequence(), 10U);
  EXPECT_EQ(store_.CountEvents().value(), 10U);
  EXPECT_EQ(TheAgent().missing_events(), 0U) << "what came ahead is not missing";
  EXPECT_EQ(TheAgent().ahead_events(), 2U);
  EXPECT_THAT(Gaps(), IsEmpty());
}

TEST_F(IngestingAhead, WhatTheHostGaveUpIsToldOnceWhenTheHoleComesFirst) {
  Accept({1, 2, 11});
  EXPECT_THAT(Missing(), ElementsAre("3-10"));
  TellGivenUp(12, {{3, 4}, {7, 8}});
  EXPECT_THAT(Missing(), UnorderedElementsAre("5-6", "9-10"));
  EXPECT_EQ(TheAgent().missing_events(), 4U);
  TellGivenUp(12, {{3, 4}, {7, 8}});  // sent again
  TellGivenUp(13, {{3, 4}, {5, 10}});
  EXPECT_THAT(Missing(), IsEmpty());
  EXPECT_EQ(TheAgent().missing_events(), 0U);
  ASSERT_EQ(Gaps().size(), 2U);
  EXPECT_EQ(Gaps()[0].never_sent(1).last(), 8U);
  EXPECT_EQ(Gaps()[0].lost(), 4U);
}

TEST_F(IngestingAhead, WhatTheHostGaveUpIsToldOnceWhenTheHoleComesAfter) {
  Accept({1, 2});
  TellGivenUp(20, {{3, 10}}, 1, true);
  TellGivenUp(20, {{3, 10}}, 1, true);
  Accept({11, 14});
  EXPECT_THAT(Missing(), ElementsAre("12-13")) << "nothing was said of these";
  EXPECT_EQ(TheAgent().missing_events(), 2U);
  TellGivenUp(20, {{3, 10}});  // in its turn
  EXPECT_THAT(Missing(), ElementsAre("12-13", "15-19"));
  EXPECT_EQ(TheAgent().missing_events(), 7U);
}

TEST_F(IngestingAhead, WhatTheHostGaveUpOfAFormerLifeIsToldOnceInBothOrders) {
  Accept({1, 2, 5});
  TellGivenUp(1, {{3, 4}, {8, 9}}, 2);
  Accept({6, 7, 10});
  EXPECT_THAT(Missing(), IsEmpty());
  EXPECT_EQ(TheAgent().missing_events(), 0U);
  EXPECT_EQ(store_.CountEvents().value(), 7U);
}

TEST_F(IngestingAhead, NobodyGivesUpWhatComesLater) {
  TellGivenUp(1, {{1, 1'000}});
  Accept({2, 3});
  EXPECT_EQ(store_.CountEvents().value(), 3U);
}

TEST_F(IngestingAhead, InItsTurnItIsARepeat) {
  Accept({5}, true);
  Accept({1, 2, 3, 4, 5, 6});
  EXPECT_EQ(store_.CountEvents().value(), 6U);
  EXPECT_EQ(TheAgent().repeated_events(), 1U);
}

TEST_F(IngestingAhead, WhatIsRefusedAheadIsNamedAndNeverMissing) {
  v1::EventBatch batch;
  batch.set_ahead(true);
  *batch.add_events() = MakeEvent({.sequence = 4, .host = "w2"});
  const auto ack = ingest_.Accept(agent_, batch);
  EXPECT_THAT(ack->ahead(), ElementsAre(4));
  EXPECT_EQ(ack->rejections_size(), 1);
  Accept({1, 2, 3, 5});
  EXPECT_EQ(TheAgent().missing_events(), 0U);
}

TEST_F(IngestingAhead, AFailedCommitTakesNothing) {
  store_.FailCommits(1);
  v1::EventBatch batch;
  batch.set_ahead(true);
  *batch.add_events() = MakeEvent({.sequence = 4});
  EXPECT_FALSE(ingest_.Accept(agent_, batch));
  EXPECT_THAT(Accept({4}, true).ahead(), ElementsAre(4));
  EXPECT_EQ(store_.CountEvents().value(), 1U);
}

TEST_F(IngestingAhead, AHoleIsListedFromWhenToWhen) {
  Accept({1, 2, 6});
  Accept({9});
  const auto gaps = Gaps();
  ASSERT_EQ(gaps.size(), 2U);
  EXPECT_EQ(gaps[0].kind(), v1::GAP_KIND_MISSING);
  EXPECT_EQ(gaps[0].host(), "w1");
  EXPECT_EQ(gaps[0].first_sequence(), 3U);
  EXPECT_EQ(gaps[0].last_sequence(), 5U);
  EXPECT_EQ(gaps[0].lost(), 3U);
  EXPECT_EQ(contract::FromProto(gaps[0].from()), kStoryBegin + minutes(2));
  EXPECT_EQ(contract::FromProto(gaps[0].until()), kStoryBegin + minutes(6));
  EXPECT_EQ(contract::FromProto(gaps[1].from()), kStoryBegin + minutes(6)) << "the last one of the former batch";
  EXPECT_EQ(TheAgent().missing_events(), 5U);
}

TEST_F(IngestingAhead, AToldGapIsListedWithItsHost) {
  v1::EventBatch batch;
  *batch.add_events() = MakeGap("agent-1", 1, minutes(3));
  ASSERT_TRUE(ingest_.Accept(agent_, batch));
  const auto gaps = Gaps();
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].kind(), v1::GAP_KIND_TOLD);
  EXPECT_EQ(gaps[0].host(), "w1");
  EXPECT_EQ(store_.QueryEvents({})->events.at(0).host(), "w1");
}

TEST_F(IngestingAhead, SequencesNearTheEndOfNumbersWrapNothing) {
  const v1::Ack ack = Accept({1, ~std::uint64_t{0} - 1});
  ASSERT_EQ(ack.rejections_size(), 1);
  EXPECT_EQ(TheAgent().missing_events(), 0U);
  EXPECT_EQ(Accept({2}).rejections_size(), 0) << "the mark has not moved";
  EXPECT_EQ(store_.CountEvents().value(), 2U);
}

TEST_F(IngestingAhead, TimesRunByTheCollectorsClock) {
  AgentIdentity fast = agent_;
  fast.clock_offset = -hours(48);
  v1::EventBatch batch;
  *batch.add_events() = MakeEvent({.after = hours(48) + minutes(7)});
  const auto ack = ingest_.Accept(fast, batch);
  ASSERT_EQ(ack->rejections_size(), 0) << "two days ahead, and known to be";
  const auto page = store_.QueryEvents({.since = kStoryBegin + minutes(7)});
  ASSERT_EQ(page->events.size(), 1U);
  EXPECT_EQ(contract::FromProto(page->events[0].clock_offset()), -hours(48));
  EXPECT_THAT(store_.QueryEvents({.since = kStoryBegin + minutes(8)})->events, IsEmpty());
}

// Everything that can happen to deliveries at once: each event that was told takes effect once or is listed as missing.
class DeliveryModel : public IngestingAhead, public ::testing::WithParamInterface<unsigned> {};

TEST_P(DeliveryModel, EachEventTakesEffectOnce) {
  constexpr std::uint64_t kEvents = 120;
  std::mt19937 random(GetParam());
  std::set<std::uint64_t> spool;
  for (std::uint64_t i = 1; i <= kEvents; ++i) {
    if (random() % 10 != 0) spool.insert(i);  // the others were given up on the host
  }
  spool.insert(kEvents);
  const std::set<std::uint64_t> told = spool;
  while (!spool.empty()) {
    const bool ahead = random() % 3 == 0;
    v1::EventBatch batch;
    batch.set_ahead(ahead);
    for (const std::uint64_t sequence : spool) {
      if (batch.events_size() == 7) break;
      if (!ahead || random() % 4 == 0) *batch.add_events() = MakeEvent({.sequence = sequence});
    }
    if (batch.events().empty()) continue;
    if (random() % 5 == 0) store_.FailCommits(1);
    const auto ack = ingest_.Accept(agent_, batch);
    if (!ack || random() % 5 == 0) continue;  // the acknowledgement is lost on its way
    for (const std::uint64_t sequence : ack->ahead()) spool.erase(sequence);
    if (!ahead) spool.erase(spool.begin(), spool.upper_bound(ack->sequence()));
  }
  Accept({kEvents + 1});  // shows the holes before what came ahead last
  EXPECT_EQ(store_.CountEvents().value(), told.size() + 1);
  EXPECT_EQ(TheAgent().missing_events(), kEvents - told.size());
  std::uint64_t listed = 0;
  for (const v1::GapReport& gap : Gaps()) listed += gap.lost();
  EXPECT_EQ(listed, kEvents - told.size());
}

INSTANTIATE_TEST_SUITE_P(Seeds, DeliveryModel, ::testing::Range(1U, 9U));

}  // namespace
}  // namespace vigie::server
