#include "core/customers/record_set.h"

#include <gtest/gtest.h>

#include <random>

namespace vigie::customers {
namespace {

using Ids = std::vector<RecordId>;

TEST(RecordSet, CountsDistinctRecords) {
  RecordSet set(Ids{3, 1, 3});
  set.Add(1);
  set.Add(0xFFFFFFFE);
  EXPECT_EQ(3U, set.size());
  EXPECT_EQ((Ids{1, 3, 0xFFFFFFFE}), set.Ids());
}

TEST(RecordSet, AddsManyAsOneAfterTheOther) {
  std::mt19937 random(8);
  RecordSet together;
  RecordSet apart;
  for (int round = 0; round < 500; ++round) {
    Ids ids(random() % 40);
    for (auto& id : ids) id = static_cast<RecordId>(random() % 3 == 0 ? random() : random() % 70'000);
    together.AddAll(ids);
    for (const auto id : ids) apart.Add(id);
  }
  EXPECT_EQ(apart, together);
}

TEST(RecordSet, UnitesAndComparesSets) {
  RecordSet left(Ids{1, 2});
  const RecordSet right(Ids{2, 3});
  EXPECT_EQ(1U, left.CommonWith(right));
  left.Unite(right);
  EXPECT_EQ(RecordSet(Ids{1, 2, 3}), left);
}

TEST(RecordSet, SerialisesTheEmptySetAsNothing) {
  EXPECT_EQ("", RecordSet().Serialize());
  const auto parsed = RecordSet::Parse("");
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->empty());
}

TEST(RecordSet, ReadsWhatItWrote) {
  std::mt19937 random(5);
  for (const std::size_t count : {1U, 7U, 4096U, 4097U, 70'000U}) {
    for (const std::uint32_t range : {100U, 70'000U, 5'000'000U}) {
      RecordSet set;
      for (std::size_t i = 0; i < count; ++i) set.Add(static_cast<RecordId>(random() % range));
      const auto parsed = RecordSet::Parse(set.Serialize());
      ASSERT_TRUE(parsed) << count << " of " << range << ": " << parsed.error().message;
      EXPECT_EQ(set, *parsed);
    }
  }
}

TEST(RecordSet, RefusesForeignBytes) {
  const auto parsed = RecordSet::Parse("these are no bits");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(base::ErrorCode::kInvalidArgument, parsed.error().code);
}

}  // namespace
}  // namespace vigie::customers
