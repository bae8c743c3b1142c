// What came ahead of its turn, and gaps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "proto/contract/time_conversion.h"
#include "tests/contract/store/store_under_test.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server {
namespace {

using std::chrono::hours;

class DeliveryStoreContract : public StoreContract {
 protected:
  SequenceRanges Ahead(const std::string& agent, std::uint64_t epoch) {
    SequenceRanges kept;
    Write([&](StoreTransaction& transaction) -> base::Result<void> {
      auto ahead = transaction.AheadOf(agent, epoch);
      if (!ahead) return ahead.error();
      kept = *ahead;
      return {};
    });
    return kept;
  }
};

v1::GapReport Missing(const std::string& agent, std::uint64_t first, std::chrono::nanoseconds until = hours(1)) {
  v1::GapReport gap;
  gap.set_kind(v1::GAP_KIND_MISSING);
  gap.set_agent_id(agent);
  gap.set_boot_epoch(1);
  gap.set_first_sequence(first);
  gap.set_last_sequence(first + 1);
  gap.set_lost(2);
  *gap.mutable_until() = contract::ToProto(kStoryBegin + until);
  return gap;
}

TEST_P(DeliveryStoreContract, WhatCameAheadIsKeptByAgentAndEpoch) {
  SequenceRanges ahead;
  for (const std::uint64_t sequence : {7, 8, 40}) ahead.Add(sequence);
  Write([&](StoreTransaction& transaction) -> base::Result<void> {
    EXPECT_TRUE(transaction.SetAhead("a", 1, ahead));
    return transaction.SetAhead("a", ~std::uint64_t{0}, {});
  });
  EXPECT_EQ(Ahead("a", 1), ahead);
  EXPECT_TRUE(Ahead("a", 2).empty());
  EXPECT_TRUE(Ahead("b", 1).empty());
  Write([](StoreTransaction& transaction) { return transaction.SetAhead("a", 1, {}); });
  EXPECT_TRUE(Ahead("a", 1).empty());
}

TEST_P(DeliveryStoreContract, GapsAreListedByAgentTimeAndPage) {
  Write([](StoreTransaction& transaction) -> base::Result<void> {
    for (std::uint64_t i = 0; i < 5; ++i) EXPECT_TRUE(transaction.AddGap(Missing("a", 10 * i + 1, hours(i))));
    return transaction.AddGap(Missing("b", 1));
  });
  EXPECT_EQ(store().ListGaps({})->gaps.size(), 6U);
  EXPECT_EQ(store().ListGaps({.agent_id = "b"})->gaps.size(), 1U);
  EXPECT_EQ(store().ListGaps({.agent_id = "a", .since = kStoryBegin + hours(3)})->gaps.size(), 2U);
  GapQuery query{.agent_id = "a", .page_size = 2};
  std::vector<std::uint64_t> firsts;
  do {
    const auto page = store().ListGaps(query);
    ASSERT_TRUE(page);
    EXPECT_LE(page->gaps.size(), 2U);
    for (const v1::GapReport& gap : page->gaps) firsts.push_back(gap.first_sequence());
    query.page_token = page->next_page_token;
  } while (!query.page_token.empty());
  EXPECT_EQ(firsts, (std::vector<std::uint64_t>{1, 11, 21, 31, 41}));
  EXPECT_EQ(store().ListGaps({.page_token = "none of ours"}).error().code, base::ErrorCode::kInvalidArgument);
}

TEST_P(DeliveryStoreContract, TheLatestGapsComeFirstIfThatIsAskedFor) {
  Write([](StoreTransaction& transaction) -> base::Result<void> {
    for (const int ended : {3, 1, 5, 1, 4}) EXPECT_TRUE(transaction.AddGap(Missing("a", 1, hours(ended))));
    return transaction.AddGap(Missing("b", 9, hours(2)));
  });
  const auto ends = [&](GapQuery query) {
    std::vector<std::int64_t> found;
    query.newest_first = true;
    do {
      const auto page = store().ListGaps(query);
      EXPECT_TRUE(page);
      for (const v1::GapReport& gap : page->gaps) {
        found.push_back((contract::FromProto(gap.until()) - kStoryBegin) / hours(1));
      }
      query.page_token = page->next_page_token;
    } while (!query.page_token.empty());
    return found;
  };
  for (const std::uint32_t size : {1U, 2U, 100U}) {
    EXPECT_THAT(ends({.page_size = size}), ::testing::ElementsAre(5, 4, 3, 2, 1, 1));
    EXPECT_THAT(ends({.agent_id = "a", .page_size = size}), ::testing::ElementsAre(5, 4, 3, 1, 1));
    EXPECT_THAT(ends({.since = kStoryBegin + hours(3), .page_size = size}), ::testing::ElementsAre(5, 4, 3));
  }
}

TEST_P(DeliveryStoreContract, MissingRangesOfAnEpochAreBoundedAndTheLastOneGrows) {
  Write([](StoreTransaction& transaction) -> base::Result<void> {
    for (std::uint64_t i = 0; i < kMaxMissingRanges + 5; ++i) {
      if (auto added = transaction.AddGap(Missing("a", 10 * i + 1)); !added) return added;
    }
    return transaction.AddGap(Missing("b", 1));
  });
  std::uint64_t lost = 0;
  std::size_t ranges = 0;
  GapQuery query{.agent_id = "a", .page_size = 1000};
  const auto page = store().ListGaps(query);
  for (const v1::GapReport& gap : page->gaps) lost += gap.lost();
  ranges = page->gaps.size();
  EXPECT_EQ(ranges, kMaxMissingRanges);
  EXPECT_EQ(lost, 2U * (kMaxMissingRanges + 5)) << "all are counted";
  EXPECT_EQ(page->gaps.back().last_sequence(), 10U * (kMaxMissingRanges + 4) + 2);
  EXPECT_EQ(store().ListGaps({.agent_id = "b"})->gaps.size(), 1U);
}

SequenceRanges Ranges(const std::vector<SequenceRange>& ranges) {
  SequenceRanges set;
  for (const SequenceRange& range : ranges) set.AddRange(range);
  return set;
}

TEST_P(DeliveryStoreContract, MissingSequencesAreTakenOutExactly) {
  std::uint64_t removed = 0;
  Write([&](StoreTransaction& transaction) -> base::Result<void> {
    v1::GapReport wide = Missing("a", 1);
    wide.set_last_sequence(10);
    wide.set_lost(10);
    for (const auto& gap : {wide, Missing("a", 21), Missing("a", 31), Missing("b", 1)}) {
      if (auto added = transaction.AddGap(gap); !added) return added;
    }
    for (int i = 0; i < 2; ++i) {  // the second time nothing is left
      const auto count = transaction.RemoveMissing("a", 1, Ranges({{3, 4}, {6, 6}, {20, 40}}));
      if (!count) return count.error();
      removed += *count;
    }
    EXPECT_EQ(*transaction.RemoveMissing("a", 2, Ranges({{1, 100}})), 0U) << "another epoch";
    return {};
  });
  EXPECT_EQ(removed, 7U);
  std::set<std::pair<std::uint64_t, std::uint64_t>> left;
  std::uint64_t lost = 0;
  const auto page = store().ListGaps({.agent_id = "a"});
  ASSERT_TRUE(page);
  for (const v1::GapReport& gap : page->gaps) {
    left.emplace(gap.first_sequence(), gap.last_sequence());
    lost += gap.lost();
  }
  EXPECT_EQ(left, (std::set<std::pair<std::uint64_t, std::uint64_t>>{{1, 2}, {5, 5}, {7, 10}}));
  EXPECT_EQ(lost, 7U);
  EXPECT_EQ(store().ListGaps({.agent_id = "b"})->gaps.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Stores, DeliveryStoreContract, ::testing::Values("memory", "sqlite"));

}  // namespace
}  // namespace vigie::server
