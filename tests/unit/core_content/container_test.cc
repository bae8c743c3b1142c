#include "core/content/scan_budget.h"
#include "tests/unit/core_content/archive_writing.h"
#include "tests/unit/core_content/content_fixture.h"

namespace vigie::content {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

class ContainerTest : public ContentTest {};

TEST_F(ContainerTest, CountsWhatIsNestedInAZip) {
  const auto inspection = Inspect(MakeZip({{"export.csv", CustomerCsv(20)}, {"notes.txt", "person1@example.com"}}));
  EXPECT_EQ(inspection.media_type(), "application/zip");
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL);
  EXPECT_EQ(Matches(inspection, "email_address"), 21U);
  EXPECT_EQ(Distinct(inspection, "email_address"), 20U);
}

TEST_F(ContainerTest, ReadsGzipAndItsSeveralMembers) {
  const auto inspection = Inspect(MakeGzip(CustomerCsv(20)) + MakeGzip("second@example.com\n"));
  EXPECT_EQ(inspection.media_type(), "application/gzip");
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL);
  EXPECT_EQ(Matches(inspection, "email_address"), 21U);
}

TEST_F(ContainerTest, ReadsZipInGzipInZip) {
  const auto inner = MakeZip({{"a/b/export.csv", CustomerCsv(7)}});
  const auto inspection = Inspect(MakeZip({{"inner.zip.gz", MakeGzip(inner)}, {"misnamed.jpg", CustomerCsv(7)}}));
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL);
  EXPECT_EQ(Matches(inspection, "email_address"), 14U);
  EXPECT_EQ(Distinct(inspection, "email_address"), 7U);
}

TEST_F(ContainerTest, UnitesCustomersOverAllEntries) {
  const WordIndex index({{"anna", 1}, {"berta", 2}});
  indexes_ = {&index};
  EXPECT_EQ(Inspect(MakeZip({{"1", "anna"}, {"2", "berta"}, {"3", "anna"}})).customers().distinct(), 2U);
}

TEST_F(ContainerTest, AnEmptyZipIsInspectedInFull) {
  const auto inspection = Inspect(MakeZip({}));
  EXPECT_EQ(inspection.media_type(), "application/zip");
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL);
}

TEST_F(ContainerTest, AZipBombEndsAsTooLarge) {
  const auto gigabyte = MakeGzipOfZeros(1024);
  const auto bomb = MakeZip({{"0.gz", gigabyte}, {"after.txt", "ann@example.com"}});
  ASSERT_LT(bomb.size(), 20'000U) << "repeated gzip members compress once more";
  budget_.set_bytes(8 << 20);
  const auto inspection = Inspect(bomb);
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_PARTIAL);
  EXPECT_THAT(Reasons(inspection), Contains(v1::REASON_TOO_LARGE));
}

// One large photo album must not hide the list behind it.
TEST_F(ContainerTest, WhatLiesBehindAPartTooLargeToKeepIsInspected) {
  const std::string noise(ScanBudget::kMostKept + (1 << 20), '#');
  const std::string seven_zip = "7z\xbc\xaf\x27\x1c" + noise;
  const auto inspection = Inspect(MakeArchive("ustar", {{"album.7z", seven_zip}, {"list.csv", CustomerCsv(7)}}));
  EXPECT_THAT(Reasons(inspection), Contains(v1::REASON_TOO_LARGE));
  EXPECT_EQ(Matches(inspection, "email_address"), 7U);
}

TEST_F(ContainerTest, EndlessNestingEndsAsTooDeep) {
  std::string nested = "deep@example.com";
  for (int i = 0; i < 20; ++i) nested = MakeZip({{"deeper.zip", nested}, {"beside.txt", "beside@example.com"}});
  const auto inspection = Inspect(nested);
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_PARTIAL);
  EXPECT_THAT(Reasons(inspection), ElementsAre(v1::REASON_TOO_DEEP));
  EXPECT_EQ(Matches(inspection, "email_address"), 8U) << "what lies beside is inspected on each level that is entered";
}

TEST_F(ContainerTest, DepthCountsContainersInsideEachOther) {
  budget_.set_depth(2);
  const auto two = MakeGzip(MakeGzip("ann@example.com"));
  EXPECT_EQ(Inspect(two).evaluated(), v1::EVALUATED_FULL);
  EXPECT_THAT(Reasons(Inspect(MakeGzip(two))), ElementsAre(v1::REASON_TOO_DEEP));
}

TEST_F(ContainerTest, TooManyEntriesAreNotAllInspected) {
  ZipEntries entries;
  for (int i = 0; i < 100; ++i) entries.emplace_back(std::to_string(i) + ".txt", "ann@example.com");
  budget_.set_entries(50);
  const auto inspection = Inspect(MakeZip(entries));
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_PARTIAL);
  EXPECT_THAT(Reasons(inspection), ElementsAre(v1::REASON_TOO_MANY_ENTRIES));
  EXPECT_EQ(Matches(inspection, "email_address"), 50U);
}

TEST_F(ContainerTest, AnEncryptedZipIsNotEvaluated) {
  const auto inspection = Inspect(MakeZip({{"export.csv", CustomerCsv(20)}}, "secret"));
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_NONE);
  EXPECT_THAT(Reasons(inspection), ElementsAre(v1::REASON_ENCRYPTED));
  EXPECT_TRUE(inspection.classes().empty());
}

TEST_F(ContainerTest, WhatLiesBesideAnEncryptedPartIsInspected) {
  const auto locked = MakeZip({{"export.csv", CustomerCsv(20)}}, "secret");
  const auto inspection = Inspect(MakeZip({{"locked.zip", locked}, {"open.csv", CustomerCsv(4)}}));
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_PARTIAL);
  EXPECT_THAT(Reasons(inspection), ElementsAre(v1::REASON_ENCRYPTED));
  EXPECT_EQ(Matches(inspection, "email_address"), 4U);
}

TEST_F(ContainerTest, ATruncatedGzipIsCorruptAndStillReadAsFarAsItGoes) {
  const auto whole = MakeGzip(CustomerCsv(5000));
  const auto inspection = Inspect(whole.substr(0, whole.size() / 2));
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_PARTIAL);
  EXPECT_THAT(Reasons(inspection), Contains(v1::REASON_CORRUPT));
  EXPECT_GT(Matches(inspection, "email_address"), 100U);
}

TEST_F(ContainerTest, ADamagedEntryDoesNotHideTheNext) {
  auto zip = MakeZip({{"first.csv", CustomerCsv(500)}, {"second.csv", CustomerCsv(3)}});
  for (std::size_t i = 200; i < 220; ++i) zip[i] = static_cast<char>(~zip[i]);
  const auto inspection = Inspect(zip);
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_PARTIAL);
  EXPECT_THAT(Reasons(inspection), Contains(v1::REASON_CORRUPT));
  EXPECT_GE(Matches(inspection, "email_address"), 3U);
}

TEST_F(ContainerTest, WhatOnlyClaimsToBeAContainerIsInspectedAsBytes) {
  for (const std::string start : {"PK\x03\x04", "\x1f\x8b\x08"}) {
    const auto inspection = Inspect(start + " not at all, but ann@example.com ");
    EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_PARTIAL);
    EXPECT_THAT(Reasons(inspection), Contains(v1::REASON_CORRUPT));
    EXPECT_EQ(Matches(inspection, "email_address"), 1U);
  }
}

TEST_F(ContainerTest, WhatFollowsAGzipIsNotPassedOver) {
  const auto inspection = Inspect(MakeGzip("inside@example.com") + "outside@example.com");
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_PARTIAL);
  EXPECT_THAT(Reasons(inspection), ElementsAre(v1::REASON_CORRUPT));
  EXPECT_EQ(Matches(inspection, "email_address"), 2U);
}

TEST_F(ContainerTest, EveryPrefixOfAContainerGetsAnAnswer) {
  const auto zip = MakeZip({{"a.csv", CustomerCsv(3)}, {"b.gz", MakeGzip("x@example.com")}});
  for (std::size_t size = 0; size < zip.size(); ++size) {
    const auto inspection = Inspect(std::string_view(zip).substr(0, size));
    ASSERT_NE(inspection.evaluated(), v1::EVALUATED_UNSPECIFIED) << size;
    const bool is_full = inspection.evaluated() == v1::EVALUATED_FULL;
    ASSERT_EQ(is_full, inspection.reasons().empty()) << size;
  }
}

}  // namespace
}  // namespace vigie::content
