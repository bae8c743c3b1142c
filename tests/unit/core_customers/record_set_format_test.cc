#include "core/customers/record_set_format.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "core/customers/record_set.h"

namespace vigie::customers {
namespace {

std::string Bytes(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes.push_back(static_cast<char>(value));
  return bytes;
}

std::string MessageOf(const std::string& bytes) {
  const auto checked = CheckPortableBitmap(bytes);
  return checked ? "" : checked.error().message;
}

// One array container {1, 2}: cookie 12346, one container, key 0, cardinality − 1 = 1, offset 16.
const std::string kTwoValues = Bytes({0x3A, 0x30, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 16, 0, 0, 0, 1, 0, 2, 0});
// One run container [5, 7]: cookie 12347, run flag, key 0, cardinality − 1 = 2, one run, start 5, length − 1 = 2.
const std::string kOneRun = Bytes({0x3B, 0x30, 0, 0, 1, 0, 0, 2, 0, 1, 0, 5, 0, 2, 0});

std::string With(std::string bytes, std::size_t at, int value) {
  bytes[at] = static_cast<char>(value);
  return bytes;
}

TEST(PortableBitmap, IsAcceptedWhenWellFormed) {
  EXPECT_EQ("", MessageOf(kTwoValues));
  EXPECT_EQ("", MessageOf(kOneRun));
  const auto parsed = RecordSet::Parse(kOneRun);
  ASSERT_TRUE(parsed);
  EXPECT_EQ((std::vector<RecordId>{5, 6, 7}), parsed->Ids());
}

TEST(PortableBitmap, IsRefusedWhenAnArrayIsNotAscending) {
  EXPECT_NE(std::string::npos, MessageOf(With(kTwoValues, 16, 2)).find("not ascending"));
  EXPECT_NE(std::string::npos, MessageOf(With(kTwoValues, 16, 9)).find("not ascending"));
}

TEST(PortableBitmap, IsRefusedWhenAnOffsetIsWrong) {
  EXPECT_NE("", MessageOf(With(kTwoValues, 12, 12)));
}

TEST(PortableBitmap, IsRefusedWhenTheCardinalityOfRunsIsWrong) {
  EXPECT_NE(std::string::npos, MessageOf(With(kOneRun, 7, 9)).find("stated number"));
}

TEST(PortableBitmap, IsRefusedWhenARunLeavesItsContainer) {
  EXPECT_NE(std::string::npos, MessageOf(With(With(kOneRun, 12, 0xFF), 11, 0xFF)).find("leaves"));
}

TEST(PortableBitmap, IsRefusedWhenRunsTouch) {
  const std::string runs = Bytes({0x3B, 0x30, 0, 0, 1, 0, 0, 3, 0, 2, 0, 5, 0, 1, 0, 7, 0, 1, 0});
  EXPECT_NE(std::string::npos, MessageOf(runs).find("overlap"));
}

TEST(PortableBitmap, IsRefusedWhenABitmapHasOtherBitsThanStated) {
  RecordSet set;
  for (RecordId id = 0; id < 10'000; ++id) set.Add(id * 2);
  std::string bytes = set.Serialize();
  ASSERT_EQ("", MessageOf(bytes));
  bytes.back() = static_cast<char>(bytes.back() ^ 0x10);
  EXPECT_NE("", MessageOf(bytes));
}

TEST(PortableBitmap, IsRefusedWhenKeysRepeat) {
  RecordSet set(std::vector<RecordId>{1, 70'000, 140'000});
  std::string bytes = set.Serialize();
  bytes[12] = 0;  // the second container's key
  EXPECT_NE(std::string::npos, MessageOf(bytes).find("keys"));
}

TEST(PortableBitmap, IsRefusedWhenCutOffAnywhereOrFollowedByMore) {
  RecordSet set;
  for (RecordId id = 1; id < 200; ++id) set.Add(id * 1000);
  set.Add(50);
  set.Add(51);
  const std::string bytes = set.Serialize();
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_NE("", MessageOf(bytes.substr(0, size))) << size;
  EXPECT_NE("", MessageOf(bytes + "x"));
}

TEST(PortableBitmap, NeverMisbehavesWhenChangedAtRandom) {
  std::mt19937 random(11);
  RecordSet set;
  for (int i = 0; i < 6000; ++i) set.Add(static_cast<RecordId>(random() % 300'000));
  for (RecordId id = 400'000; id < 420'000; ++id) set.Add(id);
  const std::string bytes = set.Serialize();
  for (int round = 0; round < 2000; ++round) {
    std::string changed = bytes;
    changed[random() % changed.size()] = static_cast<char>(random());
    const auto parsed = RecordSet::Parse(changed);
    if (!parsed) continue;
    EXPECT_EQ(parsed->size(), parsed->Ids().size());
    RecordSet united = set;
    united.Unite(*parsed);
    EXPECT_GE(united.size(), set.size());
  }
}

void ExpectReadAlike(const std::string& bytes) {
  std::vector<RecordId> ids;
  const auto read = RecordSet::ReadIds(bytes, ids);
  const auto parsed = RecordSet::Parse(bytes);
  ASSERT_EQ(static_cast<bool>(parsed), static_cast<bool>(read));
  if (!parsed) return;
  EXPECT_EQ(parsed->Ids(), ids);
}

TEST(PortableBitmap, IsReadAsTheSetThatIsParsed) {
  ExpectReadAlike("");
  ExpectReadAlike(kTwoValues);
  ExpectReadAlike(kOneRun);
  std::mt19937 random(12);
  const auto below = [&](RecordId limit) { return static_cast<RecordId>(random() % limit); };
  for (int round = 0; round < 60; ++round) {
    RecordSet set;  // arrays, bitmaps, runs, up to the greatest id
    for (RecordId i = below(8'000); i > 0; --i) set.Add(below(round % 2 == 0 ? 20'000 : 5'000'000));
    const RecordId begin = round % 3 == 0 ? 4'294'900'000 : below(4'000'000'000);
    const RecordId more = below(67'000);
    for (RecordId i = 0; i < more; ++i) set.Add(begin + i);
    const std::string bytes = set.Serialize();
    ExpectReadAlike(bytes);
    for (int change = 0; change < 40; ++change) {
      std::string changed = bytes;
      changed[below(static_cast<RecordId>(changed.size()))] = static_cast<char>(random());
      ExpectReadAlike(changed);
    }
  }
}

}  // namespace
}  // namespace vigie::customers
