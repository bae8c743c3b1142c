#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/agent/pipeline_workbench.h"

namespace vigie::agent {
namespace {

using platform::Answer;
using platform::OpenMode;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Pipeline, AllowsACleanFileTellsNothingAndTakesItsMarkAway) {
  PipelineWorkbench bench;
  bench.AddFile("/home/notes.txt", "nothing");
  bench.AddProcess(7, "/usr/bin/cat", "cat notes.txt");
  const auto file = bench.files.OpenForReading("/home/notes.txt");
  ASSERT_TRUE(bench.file_events.Mark(*file));
  EXPECT_EQ(bench.Open(7, "/home/notes.txt"), Answer::kAllow);
  EXPECT_THAT(bench.Told(), IsEmpty());
  EXPECT_FALSE(bench.IsMarked("/home/notes.txt"));
}

TEST(Pipeline, TellsOfAnOpenByAnOrdinaryProgram) {
  PipelineWorkbench bench;
  bench.AddFile("/home/export.csv", "customers 0 1583");
  bench.AddProcess(7, "/usr/bin/less", "less export.csv");
  EXPECT_EQ(bench.Open(7, "/home/export.csv"), Answer::kAllow);
  const v1::Event event = bench.ToldOnce();
  EXPECT_EQ(event.activity().kind(), v1::ACTIVITY_KIND_OPEN);
  EXPECT_EQ(event.activity().channel(), v1::CHANNEL_LOCAL);
  EXPECT_EQ(event.activity().user(), "alice");
  EXPECT_EQ(event.activity().host(), "desk-7");
  EXPECT_EQ(event.activity().process().exe(), "/usr/bin/less");
  EXPECT_EQ(event.inspection().customers().distinct(), 1584U);
  EXPECT_EQ(event.verdict(), v1::VERDICT_ALLOW);
  EXPECT_EQ(event.policy_version(), 3U);
  EXPECT_TRUE(bench.IsMarked("/home/export.csv"));
}

TEST(Pipeline, InspectsOnlyOnce) {
  PipelineWorkbench bench;
  bench.AddFile("/home/export.csv", "customers 0 9");
  bench.AddProcess(7, "/usr/bin/less", "less export.csv");
  bench.AddProcess(8, "/usr/bin/less", "less export.csv");
  bench.Open(7, "/home/export.csv");
  bench.Open(8, "/home/export.csv");
  EXPECT_EQ(bench.inspector.inspections(), 1);
  EXPECT_THAT(bench.Told(), SizeIs(2));
}

TEST(Pipeline, FoldsTheSameAccessByTheSameProcess) {
  PipelineWorkbench bench;
  bench.AddFile("/home/export.csv", "customers 0 9");
  bench.AddProcess(7, "/usr/bin/zip", "zip a.zip export.csv");
  bench.Open(7, "/home/export.csv");
  bench.Open(7, "/home/export.csv");
  EXPECT_EQ(bench.ToldOnce().activity().channel(), v1::CHANNEL_ARCHIVE);
  EXPECT_EQ(bench.reporter.counts().folded, 1U);
}

TEST(Pipeline, AuditsAnUploadByCurlWithItsDestination) {
  PipelineWorkbench bench;
  bench.AddFile("/home/part1.csv", "customers 0 15");
  bench.AddProcess(7, "/usr/bin/curl", "curl -F file=@part1.csv http://bob:secret@127.0.0.1:8081/in?key=1");
  EXPECT_EQ(bench.Open(7, "/home/part1.csv"), Answer::kAllow);
  const v1::Event event = bench.ToldOnce();
  EXPECT_EQ(event.activity().kind(), v1::ACTIVITY_KIND_UPLOAD);
  EXPECT_EQ(event.activity().channel(), v1::CHANNEL_NETWORK_TRANSFER);
  EXPECT_EQ(event.verdict(), v1::VERDICT_AUDIT);
  EXPECT_EQ(event.rule(), "uploads");
  EXPECT_EQ(event.activity().destination().name(), "http://127.0.0.1:8081/in");
  EXPECT_EQ(event.activity().process().command_line().find("secret"), std::string::npos);
}

TEST(Pipeline, BlocksAnUploadWhereThePolicySaysSo) {
  PipelineWorkbench bench(
      {}, "version: 1\nrules:\n  - {id: none-out, when: {channels: [network_transfer]}, action: block}\n");
  bench.AddFile("/home/part1.csv", "customers 0 15");
  bench.AddProcess(7, "/usr/bin/scp", "scp part1.csv bob@backup.example.com:");
  EXPECT_EQ(bench.Open(7, "/home/part1.csv"), Answer::kDeny);
  EXPECT_EQ(bench.ToldOnce().verdict(), v1::VERDICT_BLOCK);
  EXPECT_FALSE(bench.ToldOnce().late());
}

TEST(Pipeline, DoesNotEnforceAShadowRule) {
  PipelineWorkbench bench(
      {}, "version: 1\nrules:\n  - {id: maybe, when: {channels: [network_transfer]}, action: block, shadow: true}\n");
  bench.AddFile("/home/part1.csv", "customers 0 15");
  bench.AddProcess(7, "/usr/bin/curl", "curl -T part1.csv http://127.0.0.1/");
  EXPECT_EQ(bench.Open(7, "/home/part1.csv"), Answer::kAllow);
  EXPECT_EQ(bench.ToldOnce().verdict(), v1::VERDICT_BLOCK);
  EXPECT_TRUE(bench.ToldOnce().shadow());
}

TEST(Pipeline, DoesNotHoldUpTheWriterOfAFileInTheMaking) {
  PipelineWorkbench bench;
  bench.AddFile("/home/new.csv", "customers 0 15");
  bench.AddProcess(7, "/usr/bin/python3.11", "python3 make.py");
  EXPECT_EQ(bench.Open(7, "/home/new.csv", OpenMode::kWrite), Answer::kAllow);
  EXPECT_EQ(bench.inspector.inspections(), 0);
  EXPECT_THAT(bench.Told(), IsEmpty());
}

TEST(Pipeline, TellsOfACustomerFileThatWasWritten) {
  PipelineWorkbench bench;
  bench.AddFile("/home/new.csv", "customers 0 15");
  bench.AddProcess(7, "/usr/bin/python3.11", "python3 make.py");
  bench.CloseAfterWrite(7, "/home/new.csv");
  EXPECT_EQ(bench.ToldOnce().activity().kind(), v1::ACTIVITY_KIND_WRITE);
  EXPECT_TRUE(bench.IsMarked("/home/new.csv"));
}

TEST(Pipeline, KnowsAShortLivedWriterFromItsOpen) {
  PipelineWorkbench bench;
  bench.AddFile("/home/a.csv", "customers 0 15");
  bench.AddFile("/home/b.csv", "customers 0 15");
  bench.AddProcess(7, "/usr/bin/cp", "cp a.csv b.csv");
  bench.Open(7, "/home/a.csv");
  bench.process_info.End(7);
  bench.CloseAfterWrite(7, "/home/b.csv");
  const auto told = bench.Told();
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_EQ(told[1].activity().user(), "alice");
  EXPECT_EQ(told[1].activity().process().exe(), "/usr/bin/cp");
  EXPECT_THAT(told[1].lineage(), ::testing::ElementsAre("desk-7/" + std::to_string(told[0].boot_epoch()) + "/1"));
}

TEST(Pipeline, FollowsASensitiveFileThroughARename) {
  PipelineWorkbench bench;
  bench.AddFile("/home/a.csv", "customers 0 15");
  bench.AddProcess(7, "/usr/bin/python3.11", "python3 make.py");
  bench.CloseAfterWrite(7, "/home/a.csv");
  bench.Rename("/home/a.csv", "/home/holiday.jpg");
  const auto told = bench.Told();
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_EQ(told[1].activity().kind(), v1::ACTIVITY_KIND_RENAME);
  EXPECT_EQ(told[1].activity().file().previous_path(), "/home/a.csv");
  EXPECT_EQ(told[1].activity().file().path(), "/home/holiday.jpg");
  EXPECT_EQ(bench.inspector.inspections(), 1);
}

TEST(Pipeline, CallsAnEncryptedFileNeverClean) {
  PipelineWorkbench bench;
  bench.AddFile("/home/a.zip", "encrypted");
  bench.AddProcess(7, "/usr/bin/curl", "curl -T a.zip http://127.0.0.1/");
  bench.AddProcess(8, "/usr/bin/less", "less a.zip");
  bench.Open(8, "/home/a.zip");
  EXPECT_THAT(bench.Told(), IsEmpty()) << "nothing is known of it, and it stays here";
  EXPECT_TRUE(bench.IsMarked("/home/a.zip"));
  bench.Open(7, "/home/a.zip");
  EXPECT_EQ(bench.ToldOnce().inspection().evaluated(), v1::EVALUATED_NONE);
}

TEST(Pipeline, WatchesWhatDiscoveryFinds) {
  PipelineWorkbench bench;
  bench.AddFile("/home/old.csv", "customers 0 15");
  bench.AddFile("/home/old.txt", "nothing");
  const auto discover = [&](const std::string& path) {
    bench.pipeline.HandleDiscovered({path, *bench.files.StatusOf(path, false)});
  };
  discover("/home/old.csv");
  discover("/home/old.txt");
  EXPECT_TRUE(bench.IsMarked("/home/old.csv"));
  EXPECT_FALSE(bench.IsMarked("/home/old.txt"));
  EXPECT_THAT(bench.Told(), IsEmpty());
  discover("/home/old.csv");
  EXPECT_EQ(bench.inspector.inspections(), 2) << "what is known is not inspected again";
}

}  // namespace
}  // namespace vigie::agent
