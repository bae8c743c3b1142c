#include "core/customers/static_map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

#include "core/customers/static_map_builder.h"

namespace vigie::customers {
namespace {

std::vector<StaticMapEntry> RandomEntries(std::size_t count, unsigned value_bits) {
  std::mt19937_64 random(count);
  std::vector<StaticMapEntry> entries;
  for (std::size_t i = 0; i < count; ++i)
    entries.push_back({random(), random() & ((std::uint64_t{1} << value_bits) - 1)});
  return entries;
}

TEST(StaticMap, FindsEveryEntryWithItsValue) {
  for (const std::size_t count : {1U, 2U, 3U, 4U, 5U, 10U, 33U, 100U, 1000U, 50'000U}) {
    const auto entries = RandomEntries(count, 17);
    const auto section = BuildStaticMap(entries, 17, 32);
    ASSERT_TRUE(section) << count;
    const auto map = StaticMap::Open(*section);
    ASSERT_TRUE(map) << count;
    for (const StaticMapEntry& entry : entries) ASSERT_EQ(entry.value, map->Find(entry.hash)) << count;
  }
}

TEST(StaticMap, HasNoEntryForOtherHashes) {
  const auto section = BuildStaticMap(RandomEntries(20'000, 15), 15, 31);
  ASSERT_TRUE(section);
  const auto map = StaticMap::Open(*section);
  ASSERT_TRUE(map);
  std::mt19937_64 random(77);
  int found = 0;
  for (int i = 0; i < 1'000'000; ++i) found += map->Find(random()) ? 1 : 0;
  EXPECT_EQ(0, found);  // expected: less than 1e6 × 2^-30
}

TEST(StaticMap, HasNoMoreFalseAnswersThanTwiceWhatItsFingerprintAllows) {
  const auto section = BuildStaticMap(RandomEntries(20'000, 2), 2, 10);
  ASSERT_TRUE(section);
  const auto map = StaticMap::Open(*section);
  ASSERT_TRUE(map);
  std::mt19937_64 random(78);
  int found = 0;
  for (int i = 0; i < 400'000; ++i) found += map->Find(random()) ? 1 : 0;
  EXPECT_GT(found, 250);  // 400,000 / 1024 = 391 ± 20 for one comparison
  EXPECT_LT(found, 2 * 391);
}

TEST(StaticMap, FindsInBatchesWhatItFindsOneByOne) {
  const auto entries = RandomEntries(5000, 12);
  const auto section = BuildStaticMap(entries, 12, 31);
  ASSERT_TRUE(section);
  const auto map = StaticMap::Open(*section);
  ASSERT_TRUE(map);
  std::mt19937_64 random(3);
  for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 1000U}) {
    std::vector<std::uint64_t> hashes;
    for (std::size_t i = 0; i < size; ++i) hashes.push_back(i % 2 == 0 ? entries[i].hash : random());
    std::vector<std::uint64_t> values(size);
    EXPECT_EQ((size + 1) / 2, map->FindAllPortably(hashes, values));
    const auto portably = values;
    std::fill(values.begin(), values.end(), 1);
    EXPECT_EQ((size + 1) / 2, map->FindAll(hashes, values));
    ASSERT_EQ(portably, values);
    for (std::size_t i = 0; i < size; ++i) {
      ASSERT_EQ(map->Find(hashes[i]).value_or(StaticMap::kNotFound), values[i]) << i << " of " << size;
    }
  }
}

// Even where fingerprints are short, a hash that left its home is not answered there with another's value.
TEST(StaticMap, IsExactForItsOwnWhateverTheFingerprint) {
  const auto entries = RandomEntries(100'000, 8);
  const auto section = BuildStaticMap(entries, 8, 6);
  ASSERT_TRUE(section);
  const auto map = StaticMap::Open(*section);
  ASSERT_TRUE(map);
  for (const StaticMapEntry& entry : entries) ASSERT_EQ(entry.value, map->Find(entry.hash));
}

TEST(StaticMap, TakesAboutATwentiethMoreSlotsThanEntries) {
  const auto section = BuildStaticMap(RandomEntries(200'000, 24), 24, 31);
  ASSERT_TRUE(section);
  EXPECT_LT(static_cast<double>(section->size()) / 200'000, 55.0 / 8 * 1.09);
}

TEST(StaticMap, IsEmptyWithoutEntries) {
  const auto section = BuildStaticMap({}, 10, 32);
  ASSERT_TRUE(section);
  EXPECT_EQ("", *section);
  const auto map = StaticMap::Open(*section);
  ASSERT_TRUE(map);
  EXPECT_FALSE(map->Find(1));
}

TEST(StaticMap, CannotBeBuiltFromRepeatedHashes) {
  const std::vector<StaticMapEntry> entries = {{5, 1}, {5, 2}};
  EXPECT_FALSE(BuildStaticMap(entries, 8, 32));
}

TEST(StaticMap, RefusesSectionsThatWouldLeadOutside) {
  const auto section = BuildStaticMap(RandomEntries(1000, 10), 10, 32);
  ASSERT_TRUE(section);
  for (std::size_t at = 8; at < 18; ++at) {
    std::string changed = *section;
    changed[at] = static_cast<char>(changed[at] ^ 0x7F);
    EXPECT_FALSE(StaticMap::Open(changed)) << at;
  }
  EXPECT_FALSE(StaticMap::Open(section->substr(0, section->size() - 1)));
  EXPECT_FALSE(StaticMap::Open("short"));
}

}  // namespace
}  // namespace vigie::customers
