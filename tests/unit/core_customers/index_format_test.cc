#include "core/customers/index_format.h"

#include <gtest/gtest.h>

#include <random>

#include "core/customers/customer_index.h"
#include "platform/memory_file.h"
#include "tests/unit/core_customers/invented_directory.h"

namespace vigie::customers {
namespace {

using invented::OpenIndex;
using invented::TestKey;

const std::string& IndexBytes() {
  static const std::string bytes = invented::BuildTestIndex(invented::ToCsv(invented::MakeCustomers(50))).built.bytes;
  return bytes;
}

// The checksum of the header, made right again after a change of one of its fields.
std::string WithHeaderSum(std::string bytes) {
  const auto sum = Checksum(std::string_view(bytes).substr(0, 352));
  for (std::size_t i = 0; i < sum.size(); ++i) bytes[352 + i] = static_cast<char>(sum[i]);
  return bytes;
}

TEST(IndexFormat, KeepsItsHeader) {
  IndexHeader header;
  header.id[3] = std::byte{9};
  header.built_at = 123;
  header.records = 5;
  header.last_record = 7;
  header.word_counts = 6;
  header.key_counts = 4;
  header.min_key_bytes = 5;
  header.max_key_bytes = 9;
  header.region = "FR";
  header.ledger[5] = std::byte{4};
  IndexSections sections;
  sections.bytes = {"strong", "shar", "", "words", "pairs", "gone", "traps"};
  const std::string file = EncodeIndex(header, sections, CellHasher(TestKey(), header.id));
  const auto opened = DecodeIndex(file);
  ASSERT_TRUE(opened) << opened.error().message;
  ASSERT_EQ(1U, opened->size());
  const OpenedIndex& index = opened->front();
  EXPECT_EQ(header.id, index.header.id);
  EXPECT_EQ(header.ledger, index.header.ledger);
  EXPECT_EQ(7U, index.header.last_record);
  EXPECT_EQ("FR", index.header.region);
  EXPECT_EQ(9U, index.header.max_key_bytes);
  EXPECT_EQ(sections.bytes, index.sections.bytes);
}

TEST(IndexFormat, OpensWithItsKeyOnly) {
  EXPECT_TRUE(OpenIndex(IndexBytes(), TestKey()));
  const auto opened = OpenIndex(IndexBytes(), TestKey(8));
  ASSERT_FALSE(opened);
  EXPECT_EQ(base::ErrorCode::kPermissionDenied, opened.error().code);
}

TEST(IndexFormat, TellsWhatItIsWithoutAKey) {
  const auto file = platform::MakeMemoryFile(IndexBytes());
  ASSERT_TRUE(file);
  const auto info = CustomerIndex::ReadInfo(*file);
  ASSERT_TRUE(info);
  EXPECT_EQ(2U, info->format_version);
  EXPECT_EQ(32U, info->ledger.size());
  EXPECT_EQ(0U, info->deltas);
  EXPECT_EQ(50U, info->records);
  EXPECT_EQ(IndexBytes().size(), info->bytes);
  EXPECT_EQ(1'790'000'000, info->built_at);
  EXPECT_EQ(32U, info->id.size());
  EXPECT_EQ("FR", info->region);
  EXPECT_EQ(150U, info->strong_cells);
}

TEST(IndexFormat, IsRefusedWhereverItIsCutOff) {
  const std::string& bytes = IndexBytes();
  for (std::size_t size = 0; size < bytes.size(); size += size < 400 ? 1 : 61) {
    EXPECT_FALSE(OpenIndex(bytes.substr(0, size), TestKey())) << size;
  }
  EXPECT_FALSE(OpenIndex(bytes + "x", TestKey()));
}

TEST(IndexFormat, IsRefusedWhenAnyBitFlips) {
  std::mt19937 random(2);
  for (int round = 0; round < 1000; ++round) {
    std::string changed = IndexBytes();
    changed[random() % (round % 2 == 0 ? 384 : changed.size())] ^= static_cast<char>(1 << random() % 8);
    EXPECT_FALSE(OpenIndex(changed, TestKey()));
  }
}

TEST(IndexFormat, NamesForeignFilesOtherVersionsAndDamage) {
  EXPECT_EQ(base::ErrorCode::kInvalidArgument, OpenIndex("id,name,email\n", TestKey()).error().code);
  EXPECT_EQ(base::ErrorCode::kInvalidArgument, OpenIndex("", TestKey()).error().code);
  std::string version = IndexBytes();
  version[8] = 1;
  EXPECT_EQ(base::ErrorCode::kUnsupported, OpenIndex(version, TestKey()).error().code);
  std::string damaged = IndexBytes();
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  EXPECT_EQ(base::ErrorCode::kDataLoss, OpenIndex(damaged, TestKey()).error().code);
}

// Whoever lacks the key cannot make a header that is believed, even with all checksums right.
TEST(IndexFormat, RefusesAForgedHeader) {
  std::string forged = IndexBytes();
  forged[52] = 1;  // the highest record id
  const auto opened = OpenIndex(WithHeaderSum(forged), TestKey());
  ASSERT_FALSE(opened);
  EXPECT_EQ(base::ErrorCode::kPermissionDenied, opened.error().code);
}

TEST(IndexFormat, SurvivesHostileSectionSizes) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 500; ++round) {
    std::string forged = IndexBytes();
    for (std::size_t i = 0; i < 8; ++i) forged[96 + random() % 56] = static_cast<char>(random());
    const auto file = platform::MakeMemoryFile(WithHeaderSum(forged));
    ASSERT_TRUE(file);
    EXPECT_FALSE(CustomerIndex::ReadInfo(*file));
  }
}

}  // namespace
}  // namespace vigie::customers
