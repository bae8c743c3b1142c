#include "agent/inspect/verdict_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "tests/unit/agent/pipeline_workbench.h"
#include "tests/unit/agent/temporary_directory.h"

namespace vigie::agent::inspect {
namespace {

class VerdictIndexTest : public ::testing::Test {
 protected:
  std::unique_ptr<VerdictIndex> Open(const std::string& version = "1", std::uint64_t rows = 1000) {
    auto index = VerdictIndex::Open(path, key, {.version = version, .max_rows = rows});
    EXPECT_TRUE(index) << index.error().message;
    return *std::move(index);
  }
  static std::vector<std::string> Watched(VerdictIndex& index) {
    std::vector<std::string> paths;
    EXPECT_TRUE(index.ForEachWatched([&](const std::string& watched) { paths.push_back(watched); }));
    return paths;
  }
  const seal::HostKey key = *seal::HostKey::Make();
  TemporaryDirectory directory;
  const std::string path = directory.path() + "/verdicts.db";
  const platform::FileIdentity file{.device = ~0ULL, .inode = 2, .change_time_ns = 3, .bytes = 4};
};

TEST_F(VerdictIndexTest, KeepsVerdictsOverARestart) {
  {
    const auto before = Open();
    ASSERT_TRUE(before->Record(file, "/a", CustomersFound(0, 9), true, before->versions()));
  }
  const auto index = Open();
  ASSERT_TRUE(index->Find(file));
  EXPECT_EQ(index->Find(file)->customers().distinct(), 10U);
  EXPECT_THAT(Watched(*index), ::testing::ElementsAre("/a"));
}

TEST_F(VerdictIndexTest, KeepsUnwatchedVerdictsWhenItIsFlushed) {
  const auto first = Open();
  ASSERT_TRUE(first->Record(file, "/a", CustomersFound(0, 9), false, first->versions()));
  EXPECT_TRUE(first->Find(file)) << "known at once";
  EXPECT_FALSE(Open()->Find(file)) << "not kept yet: nobody waits for the disk";
  first->Flush();
  EXPECT_TRUE(Open()->Find(file));
}

TEST_F(VerdictIndexTest, KeepsManyTogether) {
  const auto first = Open();
  for (std::uint64_t i = 0; i < 40; ++i)
    ASSERT_TRUE(first->Record({1, i, 1, 1}, "/clean", {}, false, first->versions()));
  first->FlushIfMany();
  EXPECT_FALSE(Open()->Find({1, 7, 1, 1})) << "not worth a write yet";
  for (std::uint64_t i = 40; i < 300; ++i)
    ASSERT_TRUE(first->Record({1, i, 1, 1}, "/clean", {}, false, first->versions()));
  first->FlushIfMany();
  EXPECT_TRUE(Open()->Find({1, 7, 1, 1}));
}

TEST_F(VerdictIndexTest, WhatIsKeptAndWhatIsNotAreFoundAlike) {
  const auto index = Open();
  for (const bool flushed : {false, true}) {
    ASSERT_TRUE(index->Record(file, "/a", CustomersFound(0, 9), false, index->versions()));
    if (flushed) index->Flush();
    auto renamed = file;
    renamed.change_time_ns = 99;
    EXPECT_TRUE(index->Find(file)) << flushed;
    EXPECT_FALSE(index->Find(renamed)) << flushed;
    EXPECT_TRUE(index->FindRenamed(renamed, file.change_time_ns)) << flushed;
    EXPECT_FALSE(index->FindRenamed(renamed, file.change_time_ns + 1)) << flushed << ": the content is newer";
    renamed.bytes = 99;
    EXPECT_FALSE(index->FindRenamed(renamed, file.change_time_ns)) << flushed;
  }
  index->UseVersion("2");
  EXPECT_FALSE(index->Find(file));
}

TEST_F(VerdictIndexTest, FindsAndRecordsNothingBetweenTwoVersions) {
  const auto index = Open();
  ASSERT_TRUE(index->Record(file, "/a", CustomersFound(0, 9), false, index->versions()));
  const auto begun = index->versions();
  EXPECT_FALSE(index->LeaveVersionFor("1")) << "it is in use";
  EXPECT_TRUE(index->Find(file));
  EXPECT_EQ(index->versions(), begun);
  EXPECT_TRUE(index->LeaveVersionFor("other"));
  EXPECT_FALSE(index->Find(file));
  const platform::FileIdentity other{.device = 1, .inode = 3, .change_time_ns = 3, .bytes = 4};
  ASSERT_TRUE(index->Record(other, "/b", {}, false, index->versions()));
  index->UseVersion("1");
  EXPECT_TRUE(index->Find(file)) << "the same as before";
  EXPECT_FALSE(index->Find(other));
  ASSERT_TRUE(index->Record(other, "/b", {}, false, begun));
  EXPECT_FALSE(index->Find(other)) << "its inspection began before";
}

// As on a full disk. What gives way is inspected again; whoever opens what is watched must still be asked.
TEST_F(VerdictIndexTest, HoldsNoMoreThanSoManyThatItCannotKeep) {
  const auto index = Open();
  auto other = sqlite::Database::Open(path);
  ASSERT_TRUE(other);
  ASSERT_TRUE(other->Execute("DROP TABLE verdict"));
  EXPECT_FALSE(index->Record(file, "/watched", CustomersFound(0, 9), true, index->versions()));
  for (std::uint64_t i = 0; i < 40'000; ++i) (void)index->Record({1, i, 1, 1}, "/clean", {}, false, index->versions());
  EXPECT_LT(index->rows(), 17'000U);
  EXPECT_TRUE(index->Find(file));
}

TEST_F(VerdictIndexTest, IsReadWhileItIsWritten) {
  const auto index = Open("1", 100'000);
  std::jthread writer([&] {
    for (std::uint64_t i = 0; i < 3000; ++i) {
      EXPECT_TRUE(index->Record({1, i, 1, 1}, "/clean", CustomersFound(0, 1), i % 50 == 0, index->versions()));
    }
    index->Flush();
  });
  std::uint64_t known = 0;  // once known, always known
  const auto patience = base::Deadline::After(std::chrono::minutes(1));
  while (known < 3000) {
    ASSERT_FALSE(patience.expired()) << known;
    for (std::uint64_t i = 0; i < known; i += 97) ASSERT_TRUE(index->Find({1, i, 1, 1})) << i;
    while (known < 3000 && index->Find({1, known, 1, 1})) ++known;
  }
}

TEST_F(VerdictIndexTest, DoesNotBelieveAnotherVersionButWatchesItsFilesStill) {
  {
    const auto before = Open("1");
    ASSERT_TRUE(before->Record(file, "/a", CustomersFound(0, 9), true, before->versions()));
  }
  const auto index = Open("2");
  EXPECT_FALSE(index->Find(file));
  EXPECT_THAT(Watched(*index), ::testing::ElementsAre("/a"));
}

TEST_F(VerdictIndexTest, HoldsOneVerdictForEachFile) {
  const auto index = Open();
  ASSERT_TRUE(index->Record(file, "/a", CustomersFound(0, 9), true, index->versions()));
  auto changed = file;
  changed.change_time_ns = 99;
  ASSERT_TRUE(index->Record(changed, "/a", CustomersFound(0, 4), false, index->versions()));
  EXPECT_FALSE(index->Find(file));
  EXPECT_EQ(index->Find(changed)->customers().distinct(), 5U);
  EXPECT_TRUE(Watched(*index).empty());
}

TEST_F(VerdictIndexTest, StaysBoundedAndKeepsWatchedFilesLongest) {
  const auto index = Open("1", 20);
  ASSERT_TRUE(index->Record({1, 1, 1, 1}, "/watched", CustomersFound(0, 9), true, index->versions()));
  for (std::uint64_t i = 2; i < 200; ++i)
    ASSERT_TRUE(index->Record({1, i, 1, 1}, "/clean", {}, false, index->versions()));
  index->Flush();
  EXPECT_LE(index->rows(), 20U);
  EXPECT_TRUE(index->Find({1, 1, 1, 1}));
  EXPECT_TRUE(index->Find({1, 199, 1, 1}));
}

TEST_F(VerdictIndexTest, IsMadeAnewWhenItIsDamaged) {
  std::ofstream(path) << std::string(8192, 'x');
  const auto index = Open();
  EXPECT_TRUE(index->Record(file, "/a", {}, false, index->versions()));
}

}  // namespace
}  // namespace vigie::agent::inspect
