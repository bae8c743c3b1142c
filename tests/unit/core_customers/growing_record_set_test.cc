#include "core/customers/growing_record_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <set>

namespace vigie::customers {
namespace {

void Compare(std::uint32_t population, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  GrowingRecordSet tested;
  std::set<RecordId> expected;
  for (int round = 0; round < 400; ++round) {
    std::vector<RecordId> ids(random() % (round % 30 == 11 ? 3000 : 40));
    for (RecordId& id : ids) id = static_cast<RecordId>(random() % population) * (round % 2 == 0 ? 1 : 4099);
    std::ranges::sort(ids);
    if (round % 50 == 7) {
      tested.Unite(RecordSet(ids));
    } else {
      tested.Add(ids);
    }
    expected.insert(ids.begin(), ids.end());
    if (round % 37 == 5) tested.Settle();
    if (round % 20 != 3) continue;
    ASSERT_EQ(tested.Set().Ids(), std::vector<RecordId>(expected.begin(), expected.end())) << "seed " << seed;
  }
  EXPECT_EQ(tested.Set().Ids(), std::vector<RecordId>(expected.begin(), expected.end()));
}

TEST(GrowingRecordSet, HoldsWhatWasAddedDenseOrSparse) {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    Compare(300, seed);
    Compare(20'000, seed);
    Compare(1'000'000, seed);
  }
}

TEST(GrowingRecordSet, TakesTheFirstAndTheLastId) {
  const std::vector<RecordId> ids = {0, 1, 511, 512, std::numeric_limits<RecordId>::max()};
  GrowingRecordSet tested(RecordSet(std::vector<RecordId>{7}));
  tested.Add(ids);
  EXPECT_EQ(tested.Set().Ids(), (std::vector<RecordId>{0, 1, 7, 511, 512, std::numeric_limits<RecordId>::max()}));
  EXPECT_TRUE(GrowingRecordSet() == GrowingRecordSet(RecordSet()));
}

}  // namespace
}  // namespace vigie::customers
