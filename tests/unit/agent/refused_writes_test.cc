// What carriers may not write to outgoing places, and how its refusal by the kernel is told.
#include "agent/refused_writes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/agent/pipeline_workbench.h"

namespace vigie::agent {
namespace {

using platform::Medium;
using platform::MediumKind;
using platform::ProcessId;
using platform::WriteOperation;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr ProcessId kScript{7, 70};
constexpr ProcessId kChild{8, 80};
constexpr std::uint64_t kStick = 4711;
constexpr std::uint64_t kShare = 4712;

const Medium kStickMedium{"/media/stick", "/dev/sdb1", "vfat", "Acme Stick 123"};
const Medium kShareMedium{"/mnt/share", "files.example.com:/export", "nfs4", "files.example.com:/export",
                          MediumKind::kNetworkShare};

class RefusedWritesTest : public ::testing::Test {
 protected:
  RefusedWritesTest() {
    bench.AddFile("/home/forty.csv", "customers 0 39");
    bench.AddFile("/home/three.csv", "customers 0 2");
    for (const std::int32_t pid : {7, 8}) bench.AddProcess(pid, "/usr/bin/python3", "python3 copy.py");
    (void)bench.write_guard.Start(refused);
  }

  void Attach(const Medium& medium, std::uint64_t device) {
    if (bench.places.Attach(medium, device)) bench.carriers.JudgeAgain();
  }
  bool Write(ProcessId process, WriteOperation operation = WriteOperation::kWrite) {
    return bench.write_guard.Write({.process = process,
                                    .uid = 1000,
                                    .operation = operation,
                                    .device = kStick,
                                    .inode = 5,
                                    .path = "/folder/list.csv",
                                    .at = bench.clock.Now()});
  }
  // Apart from the reading.
  v1::Event ToldLast() {
    refused.Step();
    const auto told = bench.Told();
    EXPECT_THAT(told, SizeIs(2));
    return told.empty() ? v1::Event() : told.back();
  }

  PipelineWorkbench bench;  // blocks ten customers on their way to media, and nothing to shares
  RefusedWrites refused{
      {bench.processes, bench.carriers, bench.places, bench.classifier, bench.policy, bench.reporter, bench.clock}};
};

TEST_F(RefusedWritesTest, ACarrierMayNotWriteWhereThePolicyWouldBlockACopy) {
  Attach(kShareMedium, kShare);
  Attach(kStickMedium, kStick);
  bench.Open(7, "/home/forty.csv");
  EXPECT_EQ(bench.write_guard.RefusedTo(kScript), 2U) << "the stick, not the share";
  EXPECT_FALSE(Write(kScript));
}

TEST_F(RefusedWritesTest, WhoCarriesTooLittleWrites) {
  Attach(kStickMedium, kStick);
  bench.Open(7, "/home/three.csv");
  EXPECT_TRUE(Write(kScript));
  EXPECT_TRUE(Write(kChild));
}

TEST_F(RefusedWritesTest, AMediumThatComesLaterIsNoWayOutEither) {
  bench.Open(7, "/home/forty.csv");
  EXPECT_TRUE(Write(kScript));
  Attach(kStickMedium, kStick);
  EXPECT_FALSE(Write(kScript));
  bench.places.Detach("/media/stick");
  EXPECT_THAT(bench.write_guard.places(), ::testing::Each(0U));
  EXPECT_FALSE(bench.places.On(kStick));
}

TEST_F(RefusedWritesTest, AChildOfACarrierIsRefusedTheSame) {
  Attach(kStickMedium, kStick);
  bench.Open(7, "/home/forty.csv");
  bench.carriers.OnForked({kScript, kChild});
  EXPECT_FALSE(Write(kChild));
}

TEST_F(RefusedWritesTest, WhatThePolicyAllowsLaterIsAllowed) {
  Attach(kStickMedium, kStick);
  bench.Open(7, "/home/forty.csv");
  ASSERT_FALSE(Write(kScript));
  v1::Policy milder;
  milder.set_version(9);
  ASSERT_TRUE(bench.active_policy.Adopt(milder));
  bench.carriers.JudgeAgain();
  EXPECT_TRUE(Write(kScript));
}

TEST_F(RefusedWritesTest, WhoHasEndedIsLetGo) {
  Attach(kStickMedium, kStick);
  bench.Open(7, "/home/forty.csv");
  bench.carriers.OnEnded({kScript});
  EXPECT_EQ(bench.write_guard.RefusedTo(kScript), 0U);
}

TEST_F(RefusedWritesTest, ARefusalIsToldAsABlockedCopy) {
  Attach(kStickMedium, kStick);
  bench.Open(7, "/home/forty.csv");
  ASSERT_FALSE(Write(kScript));
  const v1::Event event = ToldLast();
  EXPECT_EQ(event.activity().kind(), v1::ACTIVITY_KIND_COPY);
  EXPECT_EQ(event.activity().channel(), v1::CHANNEL_REMOVABLE_MEDIA);
  EXPECT_EQ(event.activity().destination().name(), "Acme Stick 123");
  EXPECT_EQ(event.activity().file().path(), "/media/stick/folder/list.csv");
  EXPECT_EQ(event.activity().file().previous_path(), "/home/forty.csv");
  EXPECT_EQ(event.activity().file().bytes(), 0U);
  EXPECT_EQ(event.activity().process().exe(), "/usr/bin/python3");
  EXPECT_EQ(event.activity().user(), "alice");
  EXPECT_EQ(event.inspection().customers().distinct(), 40U);
  EXPECT_EQ(event.verdict(), v1::VERDICT_BLOCK);
  EXPECT_EQ(event.rule(), "customers-to-media");
  EXPECT_FALSE(event.late());
  EXPECT_THAT(event.lineage(), SizeIs(1));
}

TEST_F(RefusedWritesTest, ARefusedRenameIsOne) {
  Attach(kStickMedium, kStick);
  bench.Open(7, "/home/forty.csv");
  ASSERT_FALSE(Write(kScript, WriteOperation::kRename));
  const v1::Event event = ToldLast();
  EXPECT_EQ(event.activity().kind(), v1::ACTIVITY_KIND_RENAME);
  EXPECT_EQ(event.activity().channel(), v1::CHANNEL_REMOVABLE_MEDIA);
  EXPECT_EQ(event.verdict(), v1::VERDICT_BLOCK);
}

TEST_F(RefusedWritesTest, WhatWasRefusedIsBlockedThoughThePolicyHasChangedSince) {
  Attach(kStickMedium, kStick);
  bench.Open(7, "/home/forty.csv");
  ASSERT_FALSE(Write(kScript));
  v1::Policy milder;
  milder.set_version(9);
  ASSERT_TRUE(bench.active_policy.Adopt(milder));
  const v1::Event event = ToldLast();
  EXPECT_EQ(event.verdict(), v1::VERDICT_BLOCK);
  EXPECT_EQ(event.rule(), "write_guard");
}

TEST_F(RefusedWritesTest, WhatLiesDeepIsToldByItsEnd) {
  Attach(kStickMedium, kStick);
  refused.OnRefusedWrite({.process = kScript, .device = kStick, .path = "6/7/list.csv", .at = bench.clock.Now()});
  refused.Step();
  ASSERT_THAT(bench.Told(), SizeIs(1));
  EXPECT_EQ(bench.Told().front().activity().file().path(), "/media/stick/…/6/7/list.csv");
}

TEST_F(RefusedWritesTest, WhatIsTooMuchBecomesAGap) {
  RefusedWrites small(
      {bench.processes, bench.carriers, bench.places, bench.classifier, bench.policy, bench.reporter, bench.clock}, 1);
  for (int i = 0; i < 3; ++i) small.OnRefusedWrite({.process = kScript, .device = kStick, .at = bench.clock.Now()});
  EXPECT_EQ(small.dropped(), 2U);
  const auto gaps = small.TakeGaps();
  ASSERT_THAT(gaps, SizeIs(1));
  EXPECT_EQ(gaps.front().sensor(), "write_guard");
  EXPECT_EQ(gaps.front().lost(), 2U);
  EXPECT_THAT(small.TakeGaps(), IsEmpty());
}

TEST_F(RefusedWritesTest, PlacesThatCannotBeGuardedAreCounted) {
  EXPECT_FALSE(bench.places.Attach(kStickMedium, 0));
  EXPECT_FALSE(bench.places.Attach({"/home/alice/Cloud", "", "", "Cloud", MediumKind::kCloudFolder}, 3));
  EXPECT_EQ(bench.places.unguarded(), 1U);
  bench.write_guard.FailWith(base::Error{base::ErrorCode::kUnsupported, "no such kernel"});
  EXPECT_FALSE(bench.places.Attach(kStickMedium, kStick));
  EXPECT_EQ(bench.places.unguarded(), 2U);
  EXPECT_FALSE(bench.places.On(kStick));
  bench.places.Refuse(kScript, 1);
  EXPECT_EQ(bench.places.failures(), 1U);
}

}  // namespace
}  // namespace vigie::agent
