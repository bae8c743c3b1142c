#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/agent/pipeline_workbench.h"

namespace vigie::agent {
namespace {

using platform::Answer;
using platform::OpenMode;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PipelineMedia : public ::testing::Test {
 protected:
  PipelineMedia() {
    bench.AttachMedium("/media/stick");
    bench.AddFile("/home/forty.csv", "customers 0 39");
    bench.AddFile("/home/three.csv", "customers 100 102");
    bench.AddProcess(7, "/usr/bin/cp", "cp forty.csv /media/stick");
  }
  PipelineWorkbench bench;
};

TEST_F(PipelineMedia, DeniesTheCopyOfFortyCustomersAndTellsOfIt) {
  EXPECT_EQ(bench.Open(7, "/home/forty.csv"), Answer::kAllow);
  bench.AddFile("/media/stick/forty.csv", "");
  EXPECT_EQ(bench.Open(7, "/media/stick/forty.csv", OpenMode::kWrite), Answer::kDeny);
  const auto told = bench.Told();
  ASSERT_THAT(told, SizeIs(2));
  const v1::Event& copy = told[1];
  EXPECT_EQ(copy.activity().kind(), v1::ACTIVITY_KIND_COPY);
  EXPECT_EQ(copy.activity().channel(), v1::CHANNEL_REMOVABLE_MEDIA);
  EXPECT_EQ(copy.activity().destination().kind(), "medium");
  EXPECT_EQ(copy.activity().destination().name(), "Acme Stick 123");
  EXPECT_EQ(copy.activity().file().path(), "/media/stick/forty.csv");
  EXPECT_EQ(copy.activity().file().previous_path(), "/home/forty.csv");
  EXPECT_EQ(copy.inspection().customers().distinct(), 40U);
  EXPECT_EQ(copy.verdict(), v1::VERDICT_BLOCK);
  EXPECT_EQ(copy.rule(), "customers-to-media");
  EXPECT_FALSE(copy.late());
  EXPECT_THAT(copy.lineage(), SizeIs(1));
}

TEST_F(PipelineMedia, TreatsAnUnknownModeAsAWrite) {
  bench.Open(7, "/home/forty.csv");
  bench.AddFile("/media/stick/forty.csv", "");
  EXPECT_EQ(bench.Open(7, "/media/stick/forty.csv", OpenMode::kUnknown), Answer::kDeny);
}

TEST_F(PipelineMedia, DeniesTheReadWhenTheShellHasOpenedTheCopyFirst) {
  bench.AddFile("/media/stick/b", "");
  bench.AddProcess(8, "/usr/bin/cat", "cat forty.csv");
  EXPECT_EQ(bench.Open(8, "/media/stick/b", OpenMode::kWrite), Answer::kAllow);
  bench.process_info.SetWritableFiles(8, {{.device = 5, .inode = 6, .path = "/media/stick/b"}});
  EXPECT_EQ(bench.Open(8, "/home/forty.csv"), Answer::kDeny);
  const v1::Event event = bench.ToldOnce();
  EXPECT_EQ(event.activity().kind(), v1::ACTIVITY_KIND_COPY);
  EXPECT_EQ(event.activity().file().path(), "/media/stick/b");
  EXPECT_EQ(event.activity().file().previous_path(), "/home/forty.csv");
  EXPECT_EQ(event.verdict(), v1::VERDICT_BLOCK);
}

TEST_F(PipelineMedia, ADeniedReadTaintsNobody) {
  bench.process_info.SetWritableFiles(7, {{.device = 5, .inode = 6, .path = "/media/stick/b"}});
  EXPECT_EQ(bench.Open(7, "/home/forty.csv"), Answer::kDeny);
  EXPECT_EQ(bench.taints.size(), 0U);
}

TEST_F(PipelineMedia, AllowsACopyBelowTheThresholdAndTellsOfIt) {
  bench.Open(7, "/home/three.csv");
  bench.AddFile("/media/stick/three.csv", "");
  EXPECT_EQ(bench.Open(7, "/media/stick/three.csv", OpenMode::kWrite), Answer::kAllow);
  EXPECT_EQ(bench.Told().back().activity().channel(), v1::CHANNEL_REMOVABLE_MEDIA);
}

TEST_F(PipelineMedia, JudgesACopyByTheSourceWithItsName) {
  bench.Open(7, "/home/forty.csv");
  bench.Open(7, "/home/three.csv");
  bench.AddFile("/media/stick/three.csv", "");
  EXPECT_EQ(bench.Open(7, "/media/stick/three.csv", OpenMode::kWrite), Answer::kAllow);
  EXPECT_EQ(bench.Told().back().inspection().customers().distinct(), 3U);
  bench.AddFile("/media/stick/all.csv", "");
  EXPECT_EQ(bench.Open(7, "/media/stick/all.csv", OpenMode::kWrite), Answer::kDeny);
  EXPECT_EQ(bench.Told().back().inspection().customers().distinct(), 43U);
}

TEST_F(PipelineMedia, LeavesProcessesAloneThatHaveReadNothingSensitive) {
  bench.AddFile("/media/stick/song.ogg", "");
  EXPECT_EQ(bench.Open(7, "/media/stick/song.ogg", OpenMode::kWrite), Answer::kAllow);
  EXPECT_EQ(bench.Open(7, "/media/stick/song.ogg", OpenMode::kRead), Answer::kAllow);
  EXPECT_EQ(bench.inspector.inspections(), 0);
  EXPECT_THAT(bench.Told(), IsEmpty());
}

TEST_F(PipelineMedia, FindsCustomersInWhatWasWrittenToAMedium) {
  bench.AddFile("/media/stick/x.csv", "customers 0 39");
  bench.AddProcess(9, "/usr/bin/tee", "tee /media/stick/x.csv");
  bench.CloseAfterWrite(9, "/media/stick/x.csv");
  const v1::Event event = bench.ToldOnce();
  EXPECT_EQ(event.activity().kind(), v1::ACTIVITY_KIND_COPY);
  EXPECT_EQ(event.verdict(), v1::VERDICT_BLOCK);
  EXPECT_TRUE(event.late()) << "it has happened";
}

TEST_F(PipelineMedia, ClosesTheChannelThatAnIncidentCloses) {
  v1::ChannelBlocks blocks;
  v1::ChannelBlock& block = *blocks.add_blocks();
  block.set_user("alice");
  block.add_channels(v1::CHANNEL_REMOVABLE_MEDIA);
  block.set_incident_id("inc-1");
  bench.files.AddFile("/state/keep", "");
  ASSERT_TRUE(bench.blocks.Replace(blocks));
  bench.AddFile("/media/stick/song.ogg", "");
  EXPECT_EQ(bench.Open(7, "/media/stick/song.ogg", OpenMode::kWrite), Answer::kDeny);
  EXPECT_EQ(bench.ToldOnce().rule(), "incident:inc-1");
}

TEST_F(PipelineMedia, ARestartedAgentStillKnowsWhoCarriesWhat) {
  bench.Open(7, "/home/forty.csv");
  PipelineWorkbench next;
  next.AttachMedium("/media/stick");
  next.AddProcess(7, "/usr/bin/cp", "cp forty.csv /media/stick");
  next.AddFile("/media/stick/forty.csv", "");
  const auto remembered = bench.spool->Remembered();
  ASSERT_TRUE(remembered);
  for (const v1::Event& event : *remembered) next.pipeline.Restore(event);
  EXPECT_EQ(next.Open(7, "/media/stick/forty.csv", OpenMode::kWrite), Answer::kDeny);
}

TEST_F(PipelineMedia, AnotherProcessWithTheSamePidCarriesNothing) {
  bench.Open(7, "/home/forty.csv");
  platform::ProcessDescription other;
  other.id = {7, 99999};
  other.user = "alice";
  bench.process_info.Add(other);
  bench.AddFile("/media/stick/forty.csv", "");
  EXPECT_EQ(bench.Open(7, "/media/stick/forty.csv", OpenMode::kWrite), Answer::kAllow);
}

}  // namespace
}  // namespace vigie::agent
