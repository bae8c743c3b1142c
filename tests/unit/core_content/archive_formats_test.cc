// Every archive and compression format that libarchive can write: read in place, nested, damaged, and with something
// behind its end.
#include <random>

#include "tests/unit/core_content/archive_writing.h"
#include "tests/unit/core_content/content_fixture.h"

namespace vigie::content {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

struct Format {
  std::string name;
  std::string media_type;
  // What gives a change away in every implementation: with neither, a damaged one cannot be told from a good one.
  bool has_checksum = true;
};

std::string PrintName(const ::testing::TestParamInfo<Format>& info) {
  return info.param.name;
}

// Flips bits all over: bounded, answered, and never full with something missing.
void ExpectHonestWhenDamaged(const std::string& whole, std::uint64_t addresses,
                             const std::function<v1::Inspection(std::string_view)>& inspect,
                             const std::function<std::uint64_t(const v1::Inspection&)>& count) {
  std::mt19937 random(20220918);
  for (int round = 0; round < 60; ++round) {
    auto damaged = whole;
    const bool cut = round % 3 == 0;
    if (cut) damaged.resize(random() % damaged.size());
    for (int flips = 0; !cut && flips < 1 + round % 5; ++flips) {
      damaged[random() % damaged.size()] ^= static_cast<char>(1 << random() % 8);
    }
    const auto inspection = inspect(damaged);
    ASSERT_NE(inspection.evaluated(), v1::EVALUATED_UNSPECIFIED) << round;
    ASSERT_EQ(inspection.evaluated() == v1::EVALUATED_FULL, inspection.reasons().empty()) << round;
    // Formats without a checksum over content may change a letter unnoticed, but lose none.
    if (inspection.evaluated() == v1::EVALUATED_FULL && !cut) {
      EXPECT_GE(count(inspection) + 10, addresses) << round;
    }
    const bool claims_too_much = inspection.evaluated() == v1::EVALUATED_FULL && count(inspection) < addresses;
    EXPECT_FALSE(cut && claims_too_much) << round << ": cut at " << damaged.size();
  }
}

class ArchiveFormatTest : public ContentTest, public ::testing::WithParamInterface<Format> {
 protected:
  static std::string Make(const ZipEntries& entries) { return MakeArchive(GetParam().name, entries); }
};

TEST_P(ArchiveFormatTest, IsReadInFull) {
  const auto inspection = Inspect(Make({{"export.csv", CustomerCsv(300)}, {"notes.txt", "second@example.com\n"}}));
  EXPECT_EQ(inspection.media_type(), GetParam().media_type);
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL) << inspection.ShortDebugString();
  EXPECT_EQ(Matches(inspection, "email_address"), 301U);
}

TEST_P(ArchiveFormatTest, IsReadInsideAnother) {
  const auto inner = Make({{"export.csv", CustomerCsv(7)}});
  const auto inspection = Inspect(MakeArchive("ustar", {{"inner", inner}, {"export.txt", CustomerCsv(2)}}));
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL) << inspection.ShortDebugString();
  EXPECT_EQ(Matches(inspection, "email_address"), 9U);
}

TEST_P(ArchiveFormatTest, ShowsTheNamesOfItsEntries) {
  if (GetParam().name == "arbsd" || GetParam().name == "iso9660") GTEST_SKIP() << "keeps no such names";
  const auto inspection = Inspect(Make({{"letters/to ann@example.com", "dear customer"}}));
  EXPECT_EQ(Matches(inspection, "email_address"), 1U);
}

TEST_P(ArchiveFormatTest, DoesNotPassOverWhatFollowsItsEnd) {
  const auto inspection = Inspect(Make({{"a", CustomerCsv(3)}}) + "behind@example.com\n");
  EXPECT_GE(Matches(inspection, "email_address"), 4U) << inspection.ShortDebugString();
}

TEST_P(ArchiveFormatTest, IsHonestWhenDamaged) {
  // Without an end of its own an ar that is cut between two entries is whole; so it has one here.
  ExpectHonestWhenDamaged(
      GetParam().name == "arbsd" ? Make({{"export.csv", CustomerCsv(330)}})
                                 : Make({{"export.csv", CustomerCsv(300)}, {"more.csv", CustomerCsv(30)}}),
      330, [this](std::string_view bytes) { return Inspect(bytes); },
      [](const v1::Inspection& inspection) { return Matches(inspection, "email_address"); });
}

TEST_P(ArchiveFormatTest, EndsWithItsBudget) {
  ZipEntries entries;
  for (int i = 0; i < 60; ++i) entries.emplace_back("f" + std::to_string(i), "ann@example.com");
  budget_.set_entries(20);
  const auto inspection = Inspect(Make(entries));
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_PARTIAL);
  EXPECT_THAT(Reasons(inspection), ElementsAre(v1::REASON_TOO_MANY_ENTRIES));
}

INSTANTIATE_TEST_SUITE_P(Formats, ArchiveFormatTest,
                         ::testing::Values(Format{"zip", "application/zip"},
                                           Format{"7zip", "application/x-7z-compressed"},
                                           Format{"ustar", "application/x-tar"}, Format{"v7tar", "application/x-tar"},
                                           Format{"pax", "application/x-tar"}, Format{"gnutar", "application/x-tar"},
                                           Format{"newc", "application/x-cpio"}, Format{"odc", "application/x-cpio"},
                                           Format{"bin", "application/x-cpio"},
                                           Format{"iso9660", "application/x-iso9660-image"},
                                           Format{"arbsd", "application/x-archive"}),
                         PrintName);

class FilterTest : public ContentTest, public ::testing::WithParamInterface<Format> {
 protected:
  static std::string Make(std::string_view content) { return Compress(GetParam().name, content); }
};

TEST_P(FilterTest, IsReadInFull) {
  const auto inspection = Inspect(Make(CustomerCsv(500)));
  EXPECT_EQ(inspection.media_type(), GetParam().media_type);
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL) << inspection.ShortDebugString();
  EXPECT_EQ(Matches(inspection, "email_address"), 500U);
}

TEST_P(FilterTest, CarriesATar) {
  const auto tar = MakeArchive("ustar", {{"a.csv", CustomerCsv(500)}, {"b.zip", MakeZip({{"b", CustomerCsv(20)}})}});
  const auto inspection = Inspect(MakeZip({{"backup", Make(tar)}}));
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL) << inspection.ShortDebugString();
  EXPECT_EQ(Matches(inspection, "email_address"), 520U);
}

TEST_P(FilterTest, DoesNotPassOverWhatFollowsItsEnd) {
  const auto inspection = Inspect(Make(CustomerCsv(3)) + "behind@example.com\n");
  const bool saw_all = Matches(inspection, "email_address") == 4;
  EXPECT_TRUE(saw_all || inspection.evaluated() == v1::EVALUATED_PARTIAL) << inspection.ShortDebugString();
}

TEST_P(FilterTest, IsHonestWhenDamaged) {
  if (!GetParam().has_checksum) GTEST_SKIP() << "the format has no checksum, or its writer leaves it out";
  ExpectHonestWhenDamaged(
      Make(CustomerCsv(300)), 300, [this](std::string_view bytes) { return Inspect(bytes); },
      [](const v1::Inspection& inspection) { return Matches(inspection, "email_address"); });
}

TEST_P(FilterTest, ABombEndsAsTooLarge) {
  budget_.set_bytes(4 << 20);
  const auto inspection = Inspect(Make(std::string(8 << 20, '\0')));
  EXPECT_NE(inspection.evaluated(), v1::EVALUATED_FULL);
  EXPECT_THAT(Reasons(inspection), Contains(v1::REASON_TOO_LARGE));
}

INSTANTIATE_TEST_SUITE_P(Filters, FilterTest,
                         ::testing::Values(Format{"gzip", "application/gzip"}, Format{"bzip2", "application/x-bzip2"},
                                           Format{"xz", "application/x-xz"}, Format{"zstd", "application/zstd", false},
                                           Format{"lz4", "application/x-lz4"}, Format{"lzma", "application/x-lzma"},
                                           Format{"lzip", "application/x-lzip"},
                                           Format{"compress", "application/x-compress", false}),
                         PrintName);

}  // namespace
}  // namespace vigie::content
