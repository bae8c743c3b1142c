#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

#include "platform/linux/linux_platform.h"
#include "tests/contract/write_guard/scratch_mount.h"
#include "tests/contract/write_guard/write_actor.h"
#include "tests/contract/write_guard/write_recorder.h"

namespace vigie::test {

// The real write guard, an outgoing place with the file "old", which a process holds open, and a local file. Skips
// where the kernel has no BPF LSM.
class WriteGuardFixture : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    auto guard = platform::MakeWriteGuard(platform::LoadKernelPrograms());
    if (const auto started = guard->Start(recorder_); !started) GTEST_SKIP() << started.error().message;
    guard_ = std::move(guard);
    place_ = std::make_unique<ScratchMount>();
    local_ = std::make_unique<ScratchMount>();
    WriteText(*place_ / "old", "a text");
    WriteText(*local_ / "secret", "a secret");
    actor_ = std::make_unique<WriteActor>();
    ASSERT_EQ(actor_->Do("hold " + *place_ / "old"), "ok");
    ASSERT_TRUE(guard_->SetPlaces({place_->device()}));
    EXPECT_EQ(guard_->degradations(), std::vector<std::string>());
  }

  void TearDown() override {
    if (!guard_) return;
    guard_->Stop();
    const auto counts = guard_->counts();
    EXPECT_EQ(counts.produced, counts.delivered + counts.coalesced + counts.lost);
    EXPECT_EQ(counts.lost, 0U);
    EXPECT_EQ(recorder_.gaps(), 0U);
  }

  void Refuse() { ASSERT_TRUE(guard_->Refuse(actor_->id(), 1)); }

  WriteRecorder recorder_;
  std::unique_ptr<platform::WriteGuard> guard_;
  std::unique_ptr<ScratchMount> place_;
  std::unique_ptr<ScratchMount> local_;
  std::unique_ptr<WriteActor> actor_;
};

}  // namespace vigie::test
