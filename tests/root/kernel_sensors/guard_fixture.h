#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "platform/linux/linux_platform.h"
#include "tests/contract/kernel_sensors/loopback_server.h"
#include "tests/contract/kernel_sensors/network_recorder.h"
#include "tests/contract/kernel_sensors/python_actor.h"

namespace vigie::test {

// The real network guard, and a python to watch. Skips where it cannot run.
class GuardFixture : public testing::Test {
 protected:
  using Mode = platform::CarrierMode;
  using Kind = LoopbackServer::Kind;

  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    guard_ = platform::MakeNetworkGuard(platform::LoadKernelPrograms());
    const auto started = guard_->Start(recorder_);
    if (!started) GTEST_SKIP() << started.error().message;
    actor_ = std::make_unique<PythonActor>();
    ASSERT_EQ(actor_->Do("'ready'"), "ready");
  }

  void TearDown() override {
    if (!guard_ || !actor_) return;
    guard_->Stop();
    const auto counts = guard_->counts();
    EXPECT_EQ(counts.produced, counts.delivered + counts.coalesced + counts.lost);
    EXPECT_EQ(counts.lost, 0U);
    EXPECT_EQ(recorder_.gaps(), 0U);
  }

  void Watch(Mode mode) {
    const auto watched = guard_->Watch(actor_->id(), mode);
    ASSERT_TRUE(watched) << watched.error().message;
  }

  void Allow(const std::string& address, std::uint16_t port = 0) {
    ASSERT_TRUE(guard_->AllowDestinations({{ParseAddress(address), 128, port}}));
  }

  // The first attempt there.
  std::optional<platform::ConnectionAttempt> AwaitAttemptAt(std::uint16_t port) {
    return recorder_.AwaitAttempt([&](const auto& attempt) { return attempt.port == port; });
  }

  // The last word on the connection.
  std::optional<platform::ConnectionTraffic> AwaitEndOf(std::uint64_t connection) {
    return recorder_.AwaitTraffic(
        [&](const auto& traffic) { return traffic.connection == connection && traffic.closed; });
  }

  NetworkRecorder recorder_;
  std::unique_ptr<platform::NetworkGuard> guard_;
  std::unique_ptr<PythonActor> actor_;
};

}  // namespace vigie::test
