#include "agent/carriers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/agent/pipeline_workbench.h"

namespace vigie::agent {
namespace {

using platform::CarrierMode;
using platform::ProcessId;
using ::testing::SizeIs;

constexpr char kNothingOut[] = R"(
version: 3
rules:
  - id: nothing-out
    when: {channels: [network_transfer], customers_at_least: 10}
    action: block
)";

ProcessId Id(std::int32_t pid) {
  return {pid, static_cast<std::uint64_t>(pid) * 10};
}

class CarriersTest : public ::testing::Test {
 protected:
  CarriersTest() {
    bench.AddFile("/home/forty.csv", "customers 0 39");
    bench.AddFile("/home/three.csv", "customers 100 102");
    for (const std::int32_t pid : {7, 8, 9}) bench.AddProcess(pid, "/usr/bin/python3", "python3 work.py");
  }

  std::uint32_t CustomersOf(PipelineWorkbench& which, std::int32_t pid) {
    const auto taint = which.carriers.CarriedInto(Id(pid), "");
    return taint ? taint->inspection.customers().distinct() : 0;
  }
  std::uint32_t CustomersOf(std::int32_t pid) { return CustomersOf(bench, pid); }
  void MakeChildOf(PipelineWorkbench& which, std::int32_t parent, std::int32_t child) {
    auto description = *which.process_info.Describe(child);
    description.parent_ids = {Id(parent)};
    which.process_info.Add(description);
  }

  PipelineWorkbench bench{{}, kNothingOut};
};

TEST_F(CarriersTest, AChildCarriesWhatItsParentHadRead) {
  bench.Open(7, "/home/forty.csv");
  bench.carriers.OnForked({Id(7), Id(8)});
  EXPECT_EQ(CustomersOf(8), 40U);
  bench.carriers.OnForked({Id(8), Id(9)});
  EXPECT_EQ(CustomersOf(9), 40U) << "and its children";
}

TEST_F(CarriersTest, AChildMadeBeforeCarriesNothing) {
  bench.carriers.OnForked({Id(7), Id(8)});
  bench.Open(7, "/home/forty.csv");
  EXPECT_EQ(CustomersOf(8), 0U);
}

TEST_F(CarriersTest, AForkToldLateIsFoundByTheParentsOfWhoeverAsks) {
  bench.Open(7, "/home/forty.csv");
  MakeChildOf(bench, 7, 8);
  bench.Open(8, "/home/three.csv");
  EXPECT_EQ(CustomersOf(8), 43U);
  bench.carriers.OnForked({Id(7), Id(8)});
  EXPECT_EQ(CustomersOf(8), 43U) << "now it is told, and nothing is new";
}

TEST_F(CarriersTest, WhatAParentReadsAfterTheBirthOfAChildIsNotTheChilds) {
  Carriers exact({bench.process_info, bench.taints, bench.guard, bench.chains, bench.clock,
                  [](const v1::Inspection&) { return true; }, bench.clock.Now() - std::chrono::hours(1)});
  // Started an hour before now, less the ticks of its start time.
  const auto born = bench.clock.Now() - std::chrono::hours(1) + std::chrono::milliseconds(800);
  exact.Remember(Id(7), {"/before", CustomersFound(0, 4), born - std::chrono::minutes(1)});
  exact.Remember(Id(7), {"/after", CustomersFound(10, 19), born + std::chrono::minutes(1)});
  MakeChildOf(bench, 7, 8);
  exact.Meet(*bench.process_info.Describe(8));
  EXPECT_EQ(CustomersOf(8), 5U);
}

TEST_F(CarriersTest, AnotherProcessWithTheSamePidIsNoParent) {
  bench.Open(7, "/home/forty.csv");
  auto child = *bench.process_info.Describe(8);
  child.parent_ids = {{7, 99999}};
  bench.process_info.Add(child);
  bench.carriers.Meet(child);
  EXPECT_EQ(CustomersOf(8), 0U);
}

TEST_F(CarriersTest, WhoReadsFromACarriersPipeCarriesBeforeTheOpenIsAllowed) {
  bench.Connect(7, {8, 9});
  EXPECT_EQ(bench.Open(7, "/home/forty.csv"), platform::Answer::kAllow);
  EXPECT_EQ(CustomersOf(8), 40U);
  EXPECT_EQ(CustomersOf(9), 40U);
  EXPECT_THAT(bench.Told().front().activity().process().readers(), SizeIs(2));
}

TEST_F(CarriersTest, WhoWritesIntoACarriersPipeCarriesNothing) {
  bench.Connect(7, {8});
  bench.Open(8, "/home/forty.csv");
  EXPECT_EQ(CustomersOf(7), 0U);
}

TEST_F(CarriersTest, AReaderThatTheShellMakesLaterCarriesFromItsExecOn) {
  platform::Outflow outflow;
  outflow.pipes = {555};
  bench.process_info.SetOutflow(7, outflow);
  bench.Open(7, "/home/forty.csv");
  EXPECT_EQ(bench.network.ModeOfPipe(555), CarrierMode::kDeny);
  bench.carriers.OnExecuted({.process = Id(8), .exe = "/usr/bin/base64", .input_pipe = 555, .output_pipe = 556});
  bench.carriers.OnExecuted({.process = Id(9), .exe = "/usr/bin/nc", .input_pipe = 556});
  EXPECT_EQ(CustomersOf(8), 40U);
  EXPECT_EQ(CustomersOf(9), 40U) << "over both pipes";
}

TEST_F(CarriersTest, ThePipelinesLastProgramMayRunFirst) {
  platform::Outflow outflow;
  outflow.pipes = {555};
  bench.process_info.SetOutflow(7, outflow);
  bench.carriers.OnExecuted({.process = Id(9), .exe = "/usr/bin/nc", .input_pipe = 556, .output_pipe = 555});
  bench.Open(7, "/home/forty.csv");
  bench.carriers.OnExecuted({.process = Id(8), .exe = "/usr/bin/base64", .input_pipe = 555, .output_pipe = 556});
  EXPECT_EQ(CustomersOf(8), 40U);
  EXPECT_EQ(CustomersOf(9), 40U) << "though it began before anything was read";
  EXPECT_EQ(bench.network.ModeOf(Id(9)), CarrierMode::kDeny);
}

TEST_F(CarriersTest, AllStagesMayRunBeforeAnythingIsRead) {
  platform::Outflow outflow;
  outflow.pipes = {555};
  bench.process_info.SetOutflow(7, outflow);
  bench.carriers.OnExecuted({.process = Id(9), .exe = "/usr/bin/nc", .input_pipe = 556});
  bench.carriers.OnExecuted({.process = Id(8), .exe = "/usr/bin/base64", .input_pipe = 555, .output_pipe = 556});
  bench.Open(7, "/home/forty.csv");
  EXPECT_EQ(CustomersOf(8), 40U);
  EXPECT_EQ(CustomersOf(9), 40U);
}

TEST_F(CarriersTest, AnotherPipeIsNobodysBusiness) {
  bench.Open(7, "/home/forty.csv");
  bench.carriers.OnExecuted({.process = Id(8), .exe = "/usr/bin/base64", .input_pipe = 777});
  EXPECT_EQ(CustomersOf(8), 0U);
}

TEST_F(CarriersTest, TheKernelTellsWhoReadsAPipe) {
  platform::Outflow outflow;
  outflow.pipes = {555};
  bench.process_info.SetOutflow(7, outflow);
  bench.Open(7, "/home/forty.csv");
  bench.carriers.NotePipeReader({.process = Id(9), .pipe = 555, .mode = CarrierMode::kDeny, .at = {}});
  EXPECT_EQ(CustomersOf(9), 40U);
}

TEST_F(CarriersTest, AShellThatStillMakesThePipelineIsGivenAMoment) {
  bench.AddProcess(5, "/usr/bin/bash", "bash");
  MakeChildOf(bench, 5, 7);
  bench.Connect(7, {5});
  bench.Open(7, "/home/forty.csv");
  EXPECT_EQ(bench.pauses, 10) << "it still reads: it is a reader";
  EXPECT_EQ(CustomersOf(5), 40U);
  bench.Open(7, "/home/three.csv");
  EXPECT_EQ(bench.pauses, 10) << "whoever carries already is not waited for";
}

TEST_F(CarriersTest, NobodyIsFollowedForContentThatThePolicyDoesNotProtect) {
  bench.AddFile("/home/one.txt", "iban");
  bench.Connect(7, {8});
  bench.Open(7, "/home/one.txt");
  EXPECT_FALSE(bench.taints.Carries(Id(8)));
  EXPECT_EQ(bench.network.ModeOf(Id(7)), std::nullopt);
}

TEST_F(CarriersTest, TheNetworkIsClosedToWhoMayNotSendWhatHeCarries) {
  bench.Open(8, "/home/three.csv");
  EXPECT_EQ(bench.network.ModeOf(Id(8)), CarrierMode::kReport);
  bench.Open(7, "/home/forty.csv");
  EXPECT_EQ(bench.network.ModeOf(Id(7)), CarrierMode::kDeny);
  bench.carriers.OnForked({Id(7), Id(9)});
  EXPECT_EQ(bench.network.ModeOf(Id(9)), CarrierMode::kDeny);
}

TEST_F(CarriersTest, ANewPolicyJudgesLivingCarriersAgain) {
  bench.Open(7, "/home/forty.csv");
  ASSERT_EQ(bench.network.ModeOf(Id(7)), CarrierMode::kDeny);
  bench.files.AddFile("/state/keep", "");  // what is kept has a folder
  v1::Policy milder;
  milder.set_version(4);
  ASSERT_TRUE(bench.active_policy.Adopt(milder));
  bench.carriers.JudgeAgain();
  EXPECT_EQ(bench.network.ModeOf(Id(7)), CarrierMode::kReport);
  v1::ChannelBlocks blocks;
  v1::ChannelBlock& block = *blocks.add_blocks();
  block.set_user("alice");
  block.add_channels(v1::CHANNEL_NETWORK_TRANSFER);
  block.set_incident_id("inc-1");
  ASSERT_TRUE(bench.blocks.Replace(blocks));
  bench.carriers.JudgeAgain();
  EXPECT_EQ(bench.network.ModeOf(Id(7)), CarrierMode::kDeny);
}

TEST_F(CarriersTest, AnEndedCarrierIsReleased) {
  bench.Open(7, "/home/forty.csv");
  bench.carriers.OnEnded({Id(7)});
  EXPECT_EQ(bench.network.ModeOf(Id(7)), std::nullopt);
  bench.Open(8, "/home/forty.csv");
  bench.process_info.End(8);
  bench.carriers.ForgetEnded();
  EXPECT_EQ(bench.network.ModeOf(Id(8)), std::nullopt) << "its end was not told";
}

TEST_F(CarriersTest, ARestartFindsLivingCarriersTheirDescendantsAndTheirPipes) {
  bench.Open(7, "/home/forty.csv");
  PipelineWorkbench next({}, kNothingOut);
  for (const std::int32_t pid : {7, 8, 9, 11}) next.AddProcess(pid, "/usr/bin/python3", "python3 work.py");
  MakeChildOf(next, 7, 8);
  MakeChildOf(next, 8, 9);
  next.Connect(9, {11});
  const auto remembered = bench.spool->Remembered();
  ASSERT_TRUE(remembered);
  for (const v1::Event& event : *remembered) next.pipeline.Restore(event);
  next.carriers.Rebuild();
  for (const std::int32_t pid : {7, 8, 9, 11}) {
    EXPECT_EQ(CustomersOf(next, pid), 40U) << pid;
    EXPECT_EQ(next.network.ModeOf(Id(pid)), CarrierMode::kDeny) << pid;
  }
  EXPECT_THAT(next.carriers.CarriedInto(Id(9), "")->lineage, SizeIs(1));
}

TEST_F(CarriersTest, ARestartForgetsWhoIsGone) {
  bench.Open(7, "/home/forty.csv");
  PipelineWorkbench next({}, kNothingOut);
  const auto remembered = bench.spool->Remembered();
  for (const v1::Event& event : *remembered) next.pipeline.Restore(event);
  next.carriers.Rebuild();
  EXPECT_TRUE(next.taints.Living().empty());
  EXPECT_EQ(next.network.ModeOf(Id(7)), std::nullopt);
}

TEST_F(CarriersTest, LostProcessEventsAreAGap) {
  bench.carriers.OnProcessGap({"the queue overflowed", bench.clock.Now()});
  const auto gaps = bench.carriers.TakeGaps();
  ASSERT_THAT(gaps, SizeIs(1));
  EXPECT_EQ(gaps.front().sensor(), "process_events");
}

}  // namespace
}  // namespace vigie::agent
