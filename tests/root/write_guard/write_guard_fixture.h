#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/linux/linux_platform.h"
#include "tests/contract/write_guard/scratch_mount.h"
#include "tests/contract/write_guard/write_actor.h"
#include "tests/contract/write_guard/write_recorder.h"

namespace vigie::test {

// The real write guard, an outgoing place with the file "old", which a process holds open, and a local file with a
// secret. Skips where the kernel has no BPF LSM. The guard is one for all tests of a suite: loading it takes an
// emulated machine seconds.
class WriteGuardFixture : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (::geteuid() != 0) return void(why_not_ = "needs root");
    recorder_ = std::make_unique<WriteRecorder>();
    auto guard = platform::MakeWriteGuard(platform::LoadKernelPrograms());
    const auto started = guard->Start(*recorder_);
    if (!started) return void(why_not_ = started.error().message);
    guard_ = std::move(guard);
  }

  static void TearDownTestSuite() {
    if (!guard_) return;
    guard_->Stop();
    const auto counts = guard_->counts();
    EXPECT_EQ(counts.produced, counts.delivered + counts.coalesced + counts.lost);
    EXPECT_EQ(counts.lost, 0U);
    EXPECT_EQ(counts.delivered, recorder_->refused().size());
    EXPECT_EQ(recorder_->gaps(), 0U);
    guard_.reset();
  }

  void SetUp() override {
    if (!guard_) GTEST_SKIP() << why_not_;
    begun_ = std::chrono::system_clock::now();
    place_ = std::make_unique<ScratchMount>();
    local_ = std::make_unique<ScratchMount>();
    WriteText(*place_ / "old", "a text");
    WriteText(*local_ / "secret", "a secret");
    actor_ = std::make_unique<WriteActor>();
    ASSERT_EQ(actor_->Do("hold " + *place_ / "old"), "ok");
    ASSERT_TRUE(guard_->SetPlaces({place_->device()}));
    EXPECT_EQ(guard_->degradations(), std::vector<std::string>());
  }

  static platform::WriteGuard& guard() { return *guard_; }
  void Refuse() { ASSERT_TRUE(guard_->Refuse(actor_->id(), 1)); }

  // Told since the test began.
  std::optional<platform::RefusedWrite> Await(const std::function<bool(const platform::RefusedWrite&)>& wanted) {
    return recorder_->Await([&](const auto& told) { return begun_ <= told.at && wanted(told); });
  }
  std::vector<platform::RefusedWrite> ToldOfActor() const {
    auto told = recorder_->refused();
    std::erase_if(told, [&](const auto& write) { return write.process != actor_->id(); });
    return told;
  }
  std::unique_ptr<ScratchMount> place_;
  std::unique_ptr<ScratchMount> local_;
  std::unique_ptr<WriteActor> actor_;

 private:
  base::SystemTime begun_;
  static inline std::string why_not_;
  static inline std::unique_ptr<WriteRecorder> recorder_;  // outlives the guard
  static inline std::unique_ptr<platform::WriteGuard> guard_;
};

}  // namespace vigie::test
