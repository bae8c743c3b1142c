// What every body of platform/write_guard.h must do, and the fake with it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "tests/contract/write_guard/write_recorder.h"
#include "tests/contract/write_guard/write_world.h"

namespace vigie::test {
namespace {

using platform::PlaceSet;
using platform::ProcessId;
using platform::RefusedWrite;
using platform::WriteOperation;
using testing::IsEmpty;
using testing::SizeIs;

constexpr PlaceSet kHere = 1;
constexpr PlaceSet kThere = 2;
constexpr std::array kAllOperations = {WriteOperation::kOpen,     WriteOperation::kWrite, WriteOperation::kCreate,
                                       WriteOperation::kRename,   WriteOperation::kLink,  WriteOperation::kMap,
                                       WriteOperation::kAttribute};

class WriteGuardContract : public testing::TestWithParam<NamedWriteWorld> {
 protected:
  void SetUp() override {
    world_ = GetParam().make();
    const std::string reason = world_->SkipReason();
    if (!reason.empty()) GTEST_SKIP() << reason;
    process_ = world_->Begin();
    ASSERT_TRUE(world_->guard().SetPlaces({world_->device(), world_->other_device()}));
    const auto started = world_->guard().Start(recorder_);
    ASSERT_TRUE(started) << started.error().message;
  }

  void TearDown() override {
    if (!world_ || !world_->SkipReason().empty()) return;
    world_->guard().Stop();
    const auto counts = world_->guard().counts();
    EXPECT_EQ(counts.produced, counts.delivered + counts.coalesced + counts.lost);
    EXPECT_EQ(counts.delivered, recorder_.refused().size());
    EXPECT_EQ(counts.lost, 0U);
    EXPECT_EQ(recorder_.gaps(), 0U);
  }

  void Refuse(ProcessId process, PlaceSet places) {
    const auto refused = world_->guard().Refuse(process, places);
    ASSERT_TRUE(refused) << refused.error().message;
  }

  std::optional<RefusedWrite> AwaitOf(ProcessId process, WriteOperation operation) {
    return recorder_.Await([&](const auto& told) { return told.process == process && told.operation == operation; });
  }

  WriteRecorder recorder_;  // outlives the guard
  std::unique_ptr<WriteWorld> world_;
  ProcessId process_;
};

TEST_P(WriteGuardContract, RefusesEveryWayToWriteAndTellsIt) {
  Refuse(process_, kHere);
  for (const WriteOperation operation : kAllOperations) {
    SCOPED_TRACE(static_cast<int>(operation));
    EXPECT_FALSE(world_->Do(process_, operation));
    const auto told = AwaitOf(process_, operation);
    ASSERT_TRUE(told);
    EXPECT_EQ(told->device, world_->device());
    const bool makes = operation == WriteOperation::kCreate || operation == WriteOperation::kRename ||
                       operation == WriteOperation::kLink;
    EXPECT_EQ(told->path, makes ? "/folder/new" : "/folder/old");
  }
}

TEST_P(WriteGuardContract, OthersWriteAndNothingIsToldOfThem) {
  const ProcessId carrier = world_->Begin();
  Refuse(carrier, kHere | kThere);
  for (const WriteOperation operation : kAllOperations) {
    SCOPED_TRACE(static_cast<int>(operation));
    if (operation == WriteOperation::kRename) continue;  // the file would be gone
    EXPECT_TRUE(world_->Do(process_, operation));
  }
  EXPECT_FALSE(world_->Do(carrier, WriteOperation::kOpen));
  ASSERT_TRUE(AwaitOf(carrier, WriteOperation::kOpen));
  EXPECT_THAT(recorder_.refused(), SizeIs(1));
}

TEST_P(WriteGuardContract, RefusesOnlyThePlacesThatItIsTold) {
  Refuse(process_, kThere);
  EXPECT_TRUE(world_->Do(process_, WriteOperation::kOpen));
  EXPECT_TRUE(world_->Do(process_, WriteOperation::kWrite));
  EXPECT_FALSE(world_->OpenOnOther(process_));
  const auto told = AwaitOf(process_, WriteOperation::kOpen);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->device, world_->other_device());
}

TEST_P(WriteGuardContract, AChildOfACarrierMayNotEither) {
  Refuse(process_, kHere);
  const ProcessId child = world_->Fork();
  EXPECT_FALSE(world_->Do(child, WriteOperation::kOpen));
  EXPECT_FALSE(world_->Do(child, WriteOperation::kWrite)) << "what it has inherited";
  EXPECT_TRUE(AwaitOf(child, WriteOperation::kWrite));
}

TEST_P(WriteGuardContract, TheLastWordCounts) {
  Refuse(process_, kHere | kThere);
  Refuse(process_, kHere);
  EXPECT_TRUE(world_->OpenOnOther(process_));
  EXPECT_FALSE(world_->Do(process_, WriteOperation::kWrite));
  ASSERT_TRUE(AwaitOf(process_, WriteOperation::kWrite));
  Refuse(process_, 0);
  EXPECT_TRUE(world_->Do(process_, WriteOperation::kOpen));
  EXPECT_TRUE(world_->Do(process_, WriteOperation::kWrite));
}

TEST_P(WriteGuardContract, PlacesMayComeAndGo) {
  ASSERT_TRUE(world_->guard().SetPlaces({}));
  Refuse(process_, kHere);
  EXPECT_TRUE(world_->Do(process_, WriteOperation::kOpen));
  ASSERT_TRUE(world_->guard().SetPlaces({0, world_->device()}));
  EXPECT_TRUE(world_->Do(process_, WriteOperation::kOpen)) << "it is another place";
  Refuse(process_, kThere);
  EXPECT_FALSE(world_->Do(process_, WriteOperation::kOpen));
  EXPECT_TRUE(AwaitOf(process_, WriteOperation::kOpen));
}

TEST_P(WriteGuardContract, TakesNoMorePlacesThanFitIntoASet) {
  const auto refused = world_->guard().SetPlaces(std::vector<std::uint64_t>(platform::kMaxPlaces + 1, 1));
  EXPECT_EQ(refused.error().code, base::ErrorCode::kResourceExhausted);
  Refuse(process_, kHere);
  EXPECT_FALSE(world_->Do(process_, WriteOperation::kOpen)) << "the old ones stay";
}

TEST_P(WriteGuardContract, AfterStopNothingIsToldAndWhatWasRefusedStillIs) {
  Refuse(process_, kHere);
  world_->guard().Stop();
  EXPECT_FALSE(world_->Do(process_, WriteOperation::kOpen));
  EXPECT_THAT(recorder_.refused(), IsEmpty());
}

TEST_P(WriteGuardContract, StartsOnce) {
  EXPECT_EQ(world_->guard().Start(recorder_).error().code, base::ErrorCode::kFailedPrecondition);
}

INSTANTIATE_TEST_SUITE_P(Bodies, WriteGuardContract,
                         testing::Values(NamedWriteWorld{"Fake", MakeFakeWriteWorld},
                                         NamedWriteWorld{"Bpf", MakeBpfWriteWorld}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace vigie::test
