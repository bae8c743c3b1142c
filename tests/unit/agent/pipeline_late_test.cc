#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/unit/agent/pipeline_workbench.h"

namespace vigie::agent {
namespace {

using platform::Answer;
using platform::OpenMode;
using ::testing::IsEmpty;

PipelineOptions FailClosed() {
  return {.fail_answer = Answer::kDeny};
}

TEST(PipelineLate, AllowsInFailOpenModeAndTellsLaterWhatItWas) {
  PipelineWorkbench bench;
  bench.AddFile("/home/big.csv", "slow");
  bench.AddProcess(7, "/usr/bin/curl", "curl -T big.csv http://127.0.0.1/");
  EXPECT_EQ(bench.Open(7, "/home/big.csv"), Answer::kAllow);
  EXPECT_THAT(bench.Told(), IsEmpty()) << "one event for one access: when it is known";
  EXPECT_TRUE(bench.pipeline.FinishOneLateAccess({}));
  const v1::Event event = bench.ToldOnce();
  EXPECT_TRUE(event.late());
  EXPECT_EQ(event.inspection().customers().distinct(), 10U);
  EXPECT_EQ(event.activity().kind(), v1::ACTIVITY_KIND_UPLOAD);
  EXPECT_FALSE(bench.pipeline.FinishOneLateAccess({}));
}

// The processor had nothing to spare for what nobody waits for.
TEST(PipelineLate, InspectsPromptlyWhatGotNoTurnAtLeisure) {
  PipelineWorkbench bench;
  bench.AddFile("/home/big.csv", "slow");
  bench.pipeline.HandleDiscovered({"/home/big.csv", *bench.files.StatusOf("/home/big.csv", false)});
  EXPECT_EQ(bench.leisurely.inspections(), 1);
  EXPECT_EQ(bench.inspector.inspections(), 2) << "once for each of the two";
  EXPECT_TRUE(bench.IsMarked("/home/big.csv"));
  const auto known = bench.inspection.Find(bench.files.StatusOf("/home/big.csv", false)->identity);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->inspection.customers().distinct(), 10U);
}

TEST(PipelineLate, GivesWhatGetsNoTurnATenthOfTheTime) {
  PipelineWorkbench bench;
  for (const char* path : {"/home/one.csv", "/home/two.csv"}) bench.AddFile(path, "slow");
  const auto last_long = [] { std::this_thread::sleep_for(std::chrono::milliseconds(200)); };
  bench.inspector.Meanwhile([&] { bench.inspector.Meanwhile(last_long); });  // the second: promptly, of the first file
  for (const char* path : {"/home/one.csv", "/home/two.csv"}) {
    bench.pipeline.HandleDiscovered({path, *bench.files.StatusOf(path, false)});
  }
  EXPECT_EQ(bench.leisurely.inspections(), 2);
  EXPECT_EQ(bench.inspector.inspections(), 3) << "at leisure both, promptly the first only";
  EXPECT_TRUE(bench.IsMarked("/home/two.csv")) << "it is inspected when somebody opens it";
}

TEST(PipelineLate, TaintsTheProcessThatWasLetThrough) {
  PipelineWorkbench bench;
  bench.AttachMedium("/media/stick");
  bench.AddFile("/home/big.csv", "slow");
  bench.AddFile("/media/stick/big.csv", "");
  bench.AddProcess(7, "/usr/bin/cp", "cp big.csv /media/stick");
  bench.Open(7, "/home/big.csv");
  bench.pipeline.FinishOneLateAccess({});
  EXPECT_EQ(bench.Open(7, "/media/stick/big.csv", OpenMode::kWrite), Answer::kDeny);
}

TEST(PipelineLate, DeniesInFailClosedMode) {
  PipelineWorkbench bench(FailClosed());
  bench.AddFile("/home/big.csv", "slow");
  bench.AddProcess(7, "/usr/bin/less", "less big.csv");
  EXPECT_EQ(bench.Open(7, "/home/big.csv"), Answer::kDeny);
  bench.pipeline.FinishOneLateAccess({});
  EXPECT_EQ(bench.ToldOnce().verdict(), v1::VERDICT_BLOCK);
  EXPECT_EQ(bench.ToldOnce().rule(), "fail_mode");
  EXPECT_EQ(bench.taints.size(), 0U);
}

TEST(PipelineLate, SaysSoWhenTheVerdictMissedItsDeadline) {
  PipelineWorkbench bench;
  bench.AttachMedium("/media/stick");
  bench.AddFile("/home/forty.csv", "customers 0 39");
  bench.AddFile("/media/stick/forty.csv", "");
  bench.AddProcess(7, "/usr/bin/cp", "cp forty.csv /media/stick");
  bench.Open(7, "/home/forty.csv");
  bench.OpenTooLate(7, "/media/stick/forty.csv", OpenMode::kWrite);
  EXPECT_EQ(bench.Told().back().verdict(), v1::VERDICT_BLOCK);
  EXPECT_TRUE(bench.Told().back().late());
}

TEST(PipelineLate, AFailedInspectionIsToldAsNotEvaluatedOnAWayOut) {
  PipelineWorkbench bench;
  bench.AddFile("/home/evil.zip", "broken");
  bench.AddProcess(7, "/usr/bin/curl", "curl -T evil.zip http://127.0.0.1/");
  EXPECT_EQ(bench.Open(7, "/home/evil.zip"), Answer::kAllow);
  const v1::Event event = bench.ToldOnce();
  EXPECT_EQ(event.inspection().evaluated(), v1::EVALUATED_NONE);
  EXPECT_THAT(event.inspection().reasons(), ::testing::ElementsAre(v1::REASON_INSPECTOR_FAILED));
  EXPECT_TRUE(event.late());
}

TEST(PipelineLate, WhatItsAuthorReadBackIsToldWhenItIsInspected) {
  PipelineWorkbench bench;
  bench.AttachMedium("/media/stick");
  bench.AddFile("/home/export.csv", "customers 0 39");
  bench.AddFile("/home/notes.txt", "nothing");
  bench.AddFile("/media/stick/export.csv", "");
  bench.AddProcess(7, "/usr/bin/python3", "python3 export.py");
  EXPECT_TRUE(bench.MakeAndReadBack(7, "/home/export.csv"));
  EXPECT_TRUE(bench.MakeAndReadBack(7, "/home/notes.txt"));
  EXPECT_THAT(bench.Told(), IsEmpty());
  bench.CloseAfterWrite(7, "/home/notes.txt");
  EXPECT_THAT(bench.Told(), IsEmpty()) << "clean";
  bench.CloseAfterWrite(7, "/home/export.csv");
  const v1::Event event = bench.Told().back();
  EXPECT_EQ(event.activity().kind(), v1::ACTIVITY_KIND_OPEN);
  EXPECT_EQ(event.activity().process().pid(), 7);
  EXPECT_EQ(event.inspection().customers().distinct(), 40U);
  EXPECT_TRUE(event.late());
  EXPECT_EQ(bench.Open(7, "/media/stick/export.csv", OpenMode::kWrite), Answer::kDeny) << "it carries them";
}

TEST(PipelineLate, AFailedInspectionIsNotRememberedAsClean) {
  PipelineWorkbench bench;
  bench.AddFile("/home/evil.zip", "broken");
  bench.AddProcess(7, "/usr/bin/less", "less evil.zip");
  bench.Open(7, "/home/evil.zip");
  bench.Open(7, "/home/evil.zip");
  EXPECT_EQ(bench.inspector.inspections(), 2);
  EXPECT_TRUE(bench.IsMarked("/home/evil.zip"));
  EXPECT_THAT(bench.Told(), IsEmpty()) << "no rule wants it, and it goes nowhere";
}

}  // namespace
}  // namespace vigie::agent
