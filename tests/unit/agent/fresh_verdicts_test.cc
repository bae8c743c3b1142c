#include "agent/inspect/fresh_verdicts.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/unit/agent/pipeline_workbench.h"

namespace vigie::agent {
namespace {

constexpr base::SteadyTime kNow{std::chrono::hours(1)};
constexpr auto kMoment = std::chrono::milliseconds(1);

platform::FileIdentity File(std::uint64_t inode) {
  return {.device = 1, .inode = inode, .change_time_ns = 5, .bytes = 9};
}

TEST(FreshVerdicts, HoldForWhatChangedBeforeTheyWereAskedFor) {
  inspect::FreshVerdicts fresh;
  fresh.Note(File(7), kNow);
  EXPECT_TRUE(fresh.TakeLaterThan(File(7), kNow - kMoment));
  EXPECT_FALSE(fresh.TakeLaterThan(File(7), kNow - kMoment)) << "taken";
  fresh.Note(File(7), kNow);
  EXPECT_FALSE(fresh.TakeLaterThan(File(7), kNow)) << "which of them came first?";
  fresh.Note(File(7), kNow);
  auto other = File(7);
  other.change_time_ns = 6;
  EXPECT_FALSE(fresh.TakeLaterThan(other, kNow - kMoment));
}

TEST(FreshVerdicts, AreNoneOnceSomebodyElseHasInspectedTheFile) {
  inspect::FreshVerdicts fresh;
  fresh.Note(File(7), kNow);
  fresh.Forget(File(7));
  EXPECT_FALSE(fresh.TakeLaterThan(File(7), kNow - kMoment));
}

TEST(FreshVerdicts, RememberTheLatestOnly) {
  inspect::FreshVerdicts fresh(2);
  for (std::uint64_t inode = 1; inode <= 3; ++inode) fresh.Note(File(inode), kNow);
  EXPECT_FALSE(fresh.TakeLaterThan(File(1), kNow - kMoment));
  EXPECT_TRUE(fresh.TakeLaterThan(File(2), kNow - kMoment));
  EXPECT_TRUE(fresh.TakeLaterThan(File(3), kNow - kMoment));
}

// The file is written, closed, and opened by another program before anybody has looked at the closing.
class WrittenAndOpenedAtOnce : public ::testing::Test {
 protected:
  WrittenAndOpenedAtOnce() {
    bench.AddFile("/home/new.txt", "nothing");
    bench.AddProcess(7, "/usr/bin/tar", "tar xf a.tar");
    bench.AddProcess(8, "/usr/bin/less", "less new.txt");
  }
  PipelineWorkbench bench;
};

TEST_F(WrittenAndOpenedAtOnce, IsInspectedOnce) {
  auto closed = bench.Closed(7, "/home/new.txt");
  bench.clock.Advance(kMoment);
  bench.Open(8, "/home/new.txt");
  bench.pipeline.HandleEvent(std::move(closed));
  EXPECT_EQ(bench.inspector.inspections(), 1);
  EXPECT_FALSE(bench.IsMarked("/home/new.txt"));
}

// The inspection for an earlier closing may have read what is not there any more, and it ended last.
TEST_F(WrittenAndOpenedAtOnce, IsInspectedAgainIfAnInspectionAtLeisureEndedAfterTheOpening) {
  auto first = bench.Closed(7, "/home/new.txt");
  auto second = bench.Closed(7, "/home/new.txt");
  bench.clock.Advance(kMoment);
  second.steady_at = bench.clock.SteadyNow();
  bench.clock.Advance(kMoment);
  bench.inspector.Meanwhile([this] { bench.Open(8, "/home/new.txt"); });
  bench.pipeline.HandleEvent(std::move(first));
  ASSERT_EQ(bench.inspector.inspections(), 2) << "at leisure, and for the opener meanwhile";
  bench.pipeline.HandleEvent(std::move(second));
  EXPECT_EQ(bench.inspector.inspections(), 3);
}

TEST_F(WrittenAndOpenedAtOnce, IsInspectedAgainIfItWasClosedAfterItsOpening) {
  bench.Open(8, "/home/new.txt");
  bench.clock.Advance(kMoment);
  bench.CloseAfterWrite(7, "/home/new.txt");
  EXPECT_EQ(bench.inspector.inspections(), 2);
}

}  // namespace
}  // namespace vigie::agent
