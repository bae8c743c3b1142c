#include "agent/inspect/derived_index.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_directory.h"
#include "tests/unit/agent/pipeline_workbench.h"

namespace vigie::agent::inspect {
namespace {

constexpr platform::FileIdentity kFile{.device = 1, .inode = 2, .change_time_ns = 3, .bytes = 4};

std::unique_ptr<DerivedIndex> OpenAt(const std::string& path, DerivedIndexOptions options = {}) {
  static const seal::HostKey key = *seal::HostKey::Make();
  auto opened = DerivedIndex::Open(path, key, options);
  EXPECT_TRUE(opened) << opened.error().message;
  return *std::move(opened);
}

v1::Inspection CopyOf(std::uint32_t customers) {
  v1::Inspection inspection = CustomersFound(0, customers - 1);
  inspection.set_evaluated(v1::EVALUATED_NONE);
  inspection.add_reasons(v1::REASON_ENCRYPTED);
  inspection.mutable_derived_from()->set_path("/home/customers.csv");
  return inspection;
}

TEST(DerivedIndex, SurvivesARestart) {
  const test::TemporaryDirectory folder;
  const std::string path = folder.path() + "/derived.db";
  ASSERT_TRUE(OpenAt(path)->Record(kFile, "/home/a.gpg", CopyOf(40)));
  const auto index = OpenAt(path);
  const auto found = index->Find(kFile);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->customers().distinct(), 40U);
  EXPECT_EQ(found->derived_from().path(), "/home/customers.csv");
  EXPECT_EQ(index->rows(), 1U);
}

TEST(DerivedIndex, FollowsTheInodeOverRenamesAndModesButNotOverOtherContent) {
  const auto index = OpenAt(":memory:");
  ASSERT_TRUE(index->Record(kFile, "/home/a.gpg", CopyOf(40)));
  platform::FileIdentity renamed = kFile;
  renamed.change_time_ns = 99;
  EXPECT_TRUE(index->Find(renamed));
  platform::FileIdentity other = renamed;
  other.bytes = 5;
  EXPECT_FALSE(index->Find(other));
  EXPECT_TRUE(index->FindAnyContent(other));
  other.inode = 3;
  EXPECT_FALSE(index->FindAnyContent(other));
  index->Forget(kFile);
  EXPECT_FALSE(index->FindAnyContent(kFile));
}

TEST(DerivedIndex, DropsTheOldestAndCountsThem) {
  const auto index = OpenAt(":memory:", {.max_rows = 3});
  for (std::uint64_t inode = 1; inode <= 5; ++inode) {
    ASSERT_TRUE(index->Record({.device = 1, .inode = inode, .change_time_ns = 3, .bytes = 4}, "/a", CopyOf(1)));
  }
  EXPECT_EQ(index->rows(), 3U);
  EXPECT_EQ(index->dropped(), 2U);
  EXPECT_FALSE(index->Find({.device = 1, .inode = 2, .change_time_ns = 3, .bytes = 4}));
  EXPECT_TRUE(index->Find({.device = 1, .inode = 3, .change_time_ns = 3, .bytes = 4}));
}

TEST(DerivedIndex, ADamagedOneIsMadeAnew) {
  const test::TemporaryDirectory folder;
  const std::string path = folder.path() + "/derived.db";
  std::ofstream(path) << std::string(8192, 'x');
  EXPECT_EQ(OpenAt(path)->rows(), 0U);
}

class DerivedFile : public ::testing::Test {
 protected:
  DerivedFile() {
    bench.AddFile("/a.gpg", "encrypted");
    content = *bench.files.OpenForReading("/a.gpg");
    file = bench.files.Status(content)->identity;
    found = bench.inspection.Inspect(Subject(file), base::Deadline::After(std::chrono::minutes(1)));
    bench.inspection.Derive(Subject(file), found, {CustomersFound(0, 39), "/home/customers.csv", {"event-1"}});
  }
  InspectionStage::Subject Subject(const platform::FileIdentity& identity) { return {content, identity, path}; }

  PipelineWorkbench bench;
  const std::string path = "/a.gpg";
  base::FileDescriptor content;
  platform::FileIdentity file;
  Assessment found;
};

TEST_F(DerivedFile, HoldsWhatItsWriterCarriedAndSaysWhatCouldBeRead) {
  const auto known = bench.inspection.Find(file);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->standing, Standing::kSensitive);
  EXPECT_EQ(known->inspection.evaluated(), v1::EVALUATED_NONE);
  EXPECT_EQ(known->inspection.customers().distinct(), 40U);
  EXPECT_EQ(known->inspection.derived_from().events(0), "event-1");
}

TEST_F(DerivedFile, AByteAppendedByAnybodyDoesNotWashIt) {
  platform::FileIdentity longer = file;
  longer.bytes += 1;
  longer.change_time_ns += 1;
  bench.inspection.KeepDerived(Subject(longer), found);
  EXPECT_EQ(bench.derived->Find(longer)->customers().distinct(), 40U);
  EXPECT_EQ(bench.derived->rows(), 1U);
}

TEST_F(DerivedFile, ALinkToItIsNoNewFileAndAnotherOneUnderItsInodeIs) {
  platform::FileIdentity linked = file;
  linked.change_time_ns += 1;
  bench.inspection.NoteCreated(linked);
  EXPECT_TRUE(bench.derived->Find(file));
  platform::FileIdentity fresh = linked;
  fresh.bytes = 0;
  bench.inspection.NoteCreated(fresh);
  EXPECT_FALSE(bench.derived->FindAnyContent(file));
}

}  // namespace
}  // namespace vigie::agent::inspect
