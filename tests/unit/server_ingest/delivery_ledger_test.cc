#include "server/ingest/delivery_ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

namespace vigie::server::ingest {
namespace {

using Place = DeliveryLedger::Place;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(SequenceRanges, TouchingOnesBecomeOne) {
  SequenceRanges set;
  for (const std::uint64_t sequence : {5, 7, 6, 1, 6}) set.Add(sequence);
  EXPECT_EQ(set.range_count(), 2U);
  EXPECT_EQ(set.EndOfRun(5), 7U);
  EXPECT_THAT(set.HolesBetween(0, 10), ElementsAre(SequenceRange{2, 4}, SequenceRange{8, 9}));
  EXPECT_THAT(set.HolesBetween(5, 8), IsEmpty());
  set.RemoveUpTo(6);
  EXPECT_FALSE(set.Contains(6));
  EXPECT_TRUE(set.Contains(7));
}

TEST(SequenceRanges, BytesAreReadBackAndForeignOnesRefused) {
  SequenceRanges set;
  for (const std::uint64_t sequence : {3ULL, 4ULL, 900ULL, ~0ULL}) set.Add(sequence);
  EXPECT_EQ(*SequenceRanges::Parse(set.Serialize()), set);
  EXPECT_TRUE(SequenceRanges::Parse("")->empty());
  EXPECT_FALSE(SequenceRanges::Parse("\x80")) << "cut off";
  EXPECT_FALSE(SequenceRanges::Parse(std::string("\x02\x01\x00\x00", 4))) << "two that touch";
  EXPECT_FALSE(SequenceRanges::Parse(std::string(11, '\xff')));
}

TEST(DeliveryLedger, WhatCameAheadIsNotMissing) {
  DeliveryLedger ledger;
  EXPECT_EQ(ledger.Take(1), Place::kNew);
  EXPECT_EQ(ledger.TakeAhead(4), Place::kNew);
  EXPECT_EQ(ledger.TakeAhead(4), Place::kRepeated);
  EXPECT_EQ(ledger.Take(6), Place::kNew);
  EXPECT_THAT(ledger.missing(), ElementsAre(SequenceRange{2, 3}, SequenceRange{5, 5}));
  EXPECT_TRUE(ledger.ahead().empty()) << "forgotten as the mark passes";
  EXPECT_EQ(ledger.TakeAhead(4), Place::kRepeated);
}

TEST(DeliveryLedger, TheMarkPassesOverWhatFollowsWithoutAHole) {
  DeliveryLedger ledger(3, {});
  for (const std::uint64_t sequence : {5, 6, 8}) ledger.TakeAhead(sequence);
  EXPECT_EQ(ledger.Take(4), Place::kNew);
  EXPECT_EQ(ledger.mark(), 6U);
  EXPECT_EQ(ledger.TakeAhead(7), Place::kNew);
  EXPECT_EQ(ledger.mark(), 8U);
}

TEST(DeliveryLedger, AnAbsurdLeapChangesNothing) {
  DeliveryLedger ledger(10, {});
  EXPECT_EQ(ledger.Take(~0ULL), Place::kTooFar);
  EXPECT_EQ(ledger.TakeAhead(~0ULL), Place::kTooFar);
  EXPECT_EQ(ledger.mark(), 10U);
  EXPECT_THAT(ledger.missing(), IsEmpty());
}

TEST(DeliveryLedger, WhatIsKeptAheadIsBounded) {
  DeliveryLedger ledger;
  for (std::uint64_t i = 1; i <= DeliveryLedger::kMostRanges; ++i) ASSERT_EQ(ledger.TakeAhead(i * 2 + 1), Place::kNew);
  EXPECT_EQ(ledger.TakeAhead(1'000'000), Place::kNoRoom);
  EXPECT_EQ(ledger.TakeAhead(4), Place::kNew) << "between two of them it costs nothing";
}

// What a ledger should say, said with plain sets.
class NaiveLedger {
 public:
  bool Take(std::uint64_t sequence) {
    const bool fresh = Fresh(sequence);
    if (sequence > turn_) {
      for (std::uint64_t i = turn_ + 1; i < sequence; ++i) {
        if (Fresh(i)) missing_.insert(i);
      }
      turn_ = sequence;
    }
    seen_.insert(sequence);
    return fresh;
  }
  bool TakeAhead(std::uint64_t sequence) {
    const bool fresh = Fresh(sequence);
    seen_.insert(sequence);
    return fresh;
  }
  const std::set<std::uint64_t>& missing() const { return missing_; }

 private:
  bool Fresh(std::uint64_t sequence) const { return !seen_.contains(sequence) && !missing_.contains(sequence); }
  std::uint64_t turn_ = 0;
  std::set<std::uint64_t> seen_;
  std::set<std::uint64_t> missing_;
};

// Random orders, repeats, and crashes: after each the ledger comes back from what was kept, now and then an older state
// of it together with what it had said until then.
class LedgerModel : public ::testing::TestWithParam<unsigned> {
 protected:
  void Act() {
    const bool ahead = random_() % 3 == 0;
    const std::uint64_t sequence = ahead ? Near(40) : turn_ + 1 + (random_() % 4 == 0 ? random_() % 5 : 0);
    if (!ahead) turn_ = sequence;
    Say(random_() % 5 == 0 ? Near(10) : sequence, ahead);
    if (random_() % 20 == 0) turn_ = sent_before_ = std::min(turn_, sent_before_);  // it sends again
    if (random_() % 30 == 0) sent_before_ = turn_;
    if (random_() % 10 == 0)
      ledger_ = DeliveryLedger(ledger_.mark(), *SequenceRanges::Parse(ledger_.ahead().Serialize()));
  }

  std::set<std::uint64_t> missing_;
  NaiveLedger naive_;

 private:
  std::uint64_t Near(std::uint64_t reach) { return 1 + (turn_ > 5 ? turn_ - 5 : 0) + random_() % reach; }
  void Say(std::uint64_t sequence, bool ahead) {
    const Place place = ahead ? ledger_.TakeAhead(sequence) : ledger_.Take(sequence);
    const bool fresh = ahead ? naive_.TakeAhead(sequence) : naive_.Take(sequence);
    ASSERT_EQ(place == Place::kNew, fresh) << sequence << (ahead ? " ahead" : "");
    if (ahead) return;
    for (const SequenceRange& hole : ledger_.missing()) {
      for (std::uint64_t i = hole.first; i <= hole.last; ++i) ASSERT_TRUE(missing_.insert(i).second) << i << " twice";
    }
  }

  std::mt19937 random_{GetParam()};
  DeliveryLedger ledger_;
  std::uint64_t turn_ = 0;
  std::uint64_t sent_before_ = 0;
};

TEST_P(LedgerModel, SaysWhatPlainSetsSay) {
  for (int i = 0; i < 3000 && !HasFatalFailure(); ++i) Act();
  EXPECT_EQ(missing_, naive_.missing());
}

INSTANTIATE_TEST_SUITE_P(Seeds, LedgerModel, ::testing::Range(1U, 21U));

}  // namespace
}  // namespace vigie::server::ingest
