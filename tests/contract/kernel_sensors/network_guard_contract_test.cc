// What every body of platform/network_guard.h must do, and the fake with it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/contract/kernel_sensors/loopback_server.h"
#include "tests/contract/kernel_sensors/network_recorder.h"
#include "tests/contract/kernel_sensors/network_world.h"

namespace vigie::test {
namespace {

using platform::AddressRange;
using platform::CarrierMode;
using platform::ProcessId;

constexpr const char* kHere = NetworkWorld::kAddress;
constexpr const char* kThere = NetworkWorld::kOtherAddress;

AddressRange Only(const std::string& address, std::uint16_t port = 0) {
  return {.address = ParseAddress(address), .prefix_bits = 128, .port = port};
}

class NetworkGuardContract : public testing::TestWithParam<NamedNetworkWorld> {
 protected:
  void SetUp() override {
    world_ = GetParam().make();
    const std::string reason = world_->SkipReason();
    if (!reason.empty()) GTEST_SKIP() << reason;
    process_ = world_->Begin();
  }

  void Start() {
    const auto started = world_->guard().Start(recorder_);
    ASSERT_TRUE(started) << started.error().message;
  }

  void Watch(ProcessId process, CarrierMode mode) {
    const auto watched = world_->guard().Watch(process, mode);
    ASSERT_TRUE(watched) << watched.error().message;
  }

  std::optional<platform::ConnectionAttempt> AwaitAttemptOf(ProcessId process) {
    return recorder_.AwaitAttempt([&](const auto& attempt) { return attempt.process == process; });
  }

  NetworkRecorder recorder_;  // outlives the guard
  std::unique_ptr<NetworkWorld> world_;
  ProcessId process_;
};

TEST_P(NetworkGuardContract, TellsWhereACarrierConnects) {
  Start();
  Watch(process_, CarrierMode::kReport);
  EXPECT_TRUE(world_->Connect(process_, kHere));
  const auto attempt = AwaitAttemptOf(process_);
  ASSERT_TRUE(attempt);
  EXPECT_EQ(attempt->address, ParseAddress(kHere));
  EXPECT_EQ(attempt->port, world_->port());
  EXPECT_EQ(attempt->transport, platform::Transport::kTcp);
  EXPECT_FALSE(attempt->denied);
  EXPECT_FALSE(attempt->allowed_destination);
  EXPECT_NE(attempt->connection, 0U);
}

TEST_P(NetworkGuardContract, TellsNothingOfOthers) {
  Start();
  const ProcessId harmless = process_;
  const ProcessId carrier = world_->Begin();
  Watch(carrier, CarrierMode::kDeny);
  EXPECT_TRUE(world_->Connect(harmless, kHere));
  EXPECT_FALSE(world_->Connect(carrier, kHere));
  ASSERT_TRUE(AwaitAttemptOf(carrier));
  EXPECT_EQ(recorder_.events(), 1U);
}

TEST_P(NetworkGuardContract, RefusesWhatADeniedCarrierWants) {
  Start();
  Watch(process_, CarrierMode::kDeny);
  EXPECT_FALSE(world_->Connect(process_, kHere));
  const auto attempt = AwaitAttemptOf(process_);
  ASSERT_TRUE(attempt);
  EXPECT_TRUE(attempt->denied);
  EXPECT_EQ(attempt->connection, 0U);
}

TEST_P(NetworkGuardContract, LetsADeniedCarrierGoWhereItIsAllowed) {
  Start();
  ASSERT_TRUE(world_->guard().AllowDestinations({Only(kThere)}));
  Watch(process_, CarrierMode::kDeny);
  EXPECT_TRUE(world_->Connect(process_, kThere));
  const auto attempt = AwaitAttemptOf(process_);
  ASSERT_TRUE(attempt);
  EXPECT_TRUE(attempt->allowed_destination);
  EXPECT_FALSE(attempt->denied);
  EXPECT_FALSE(world_->Connect(process_, kHere));
}

TEST_P(NetworkGuardContract, AllowsRangesAndPorts) {
  Start();
  Watch(process_, CarrierMode::kDeny);
  AddressRange loopback = Only("127.0.0.0");
  loopback.prefix_bits = 104;
  ASSERT_TRUE(world_->guard().AllowDestinations({loopback}));
  EXPECT_TRUE(world_->Connect(process_, kHere));
  loopback.port = world_->port();
  ASSERT_TRUE(world_->guard().AllowDestinations({loopback}));
  EXPECT_TRUE(world_->Connect(process_, kThere));
  ASSERT_TRUE(world_->guard().AllowDestinations({Only(kHere, static_cast<std::uint16_t>(world_->port() + 1))}));
  EXPECT_FALSE(world_->Connect(process_, kHere));
  ASSERT_TRUE(world_->guard().AllowDestinations({}));
  EXPECT_FALSE(world_->Connect(process_, kThere));
}

TEST_P(NetworkGuardContract, RefusesImpossibleDestinationsAndKeepsTheOldOnes) {
  Start();
  Watch(process_, CarrierMode::kDeny);
  ASSERT_TRUE(world_->guard().AllowDestinations({Only(kHere)}));
  std::vector<AddressRange> many(4097, Only(kThere));
  for (std::size_t i = 0; i < many.size(); ++i) many[i].port = static_cast<std::uint16_t>(i + 1);
  EXPECT_EQ(world_->guard().AllowDestinations(many).error().code, base::ErrorCode::kResourceExhausted);
  AddressRange impossible = Only(kThere);
  impossible.prefix_bits = 129;
  EXPECT_EQ(world_->guard().AllowDestinations({impossible}).error().code, base::ErrorCode::kInvalidArgument);
  EXPECT_TRUE(world_->Connect(process_, kHere));
}

TEST_P(NetworkGuardContract, AChildOfACarrierIsOne) {
  Start();
  Watch(process_, CarrierMode::kDeny);
  const ProcessId child = world_->Fork();
  EXPECT_FALSE(world_->Connect(child, kHere));
  EXPECT_TRUE(AwaitAttemptOf(child));
}

TEST_P(NetworkGuardContract, AChildMadeBeforeIsNone) {
  Start();
  const ProcessId child = world_->Fork();
  Watch(process_, CarrierMode::kDeny);
  EXPECT_TRUE(world_->Connect(child, kHere));
}

TEST_P(NetworkGuardContract, AReaderOfAWatchedPipeIsACarrier) {
  Start();
  const auto reader = world_->BeginReader();
  EXPECT_TRUE(world_->Connect(reader.process, kHere));
  ASSERT_TRUE(world_->guard().WatchPipe(reader.pipe, CarrierMode::kDeny));
  EXPECT_FALSE(world_->Connect(reader.process, kHere));
  const auto told = recorder_.AwaitPipeReader([&](const auto& found) { return found.process == reader.process; });
  ASSERT_TRUE(told);
  EXPECT_EQ(told->pipe, reader.pipe);
  EXPECT_EQ(told->mode, CarrierMode::kDeny);
  EXPECT_TRUE(world_->Connect(process_, kHere));
}

TEST_P(NetworkGuardContract, AReleasedProcessIsFree) {
  Start();
  Watch(process_, CarrierMode::kDeny);
  EXPECT_FALSE(world_->Connect(process_, kHere));
  world_->guard().Release(process_);
  EXPECT_TRUE(world_->Connect(process_, kHere));
}

TEST_P(NetworkGuardContract, TheStricterModeCounts) {
  Start();
  Watch(process_, CarrierMode::kReport);
  EXPECT_TRUE(world_->Connect(process_, kHere));
  Watch(process_, CarrierMode::kDeny);
  EXPECT_FALSE(world_->Connect(process_, kHere));
  Watch(process_, CarrierMode::kReport);
  EXPECT_FALSE(world_->Connect(process_, kHere));
}

TEST_P(NetworkGuardContract, ProducedIsDeliveredAndCoalescedAndLost) {
  Start();
  Watch(process_, CarrierMode::kReport);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(world_->Connect(process_, kHere));
  ASSERT_TRUE(AwaitAttemptOf(process_));
  world_->guard().Stop();
  const auto counts = world_->guard().counts();
  EXPECT_GE(counts.produced, 20U);
  EXPECT_EQ(counts.produced, counts.delivered + counts.coalesced + counts.lost);
  EXPECT_EQ(counts.delivered, recorder_.events());
  EXPECT_EQ(recorder_.attempts().size(), 20U);
}

TEST_P(NetworkGuardContract, StartsOnceAndSaysNothingAfterStop) {
  Start();
  Watch(process_, CarrierMode::kReport);
  EXPECT_EQ(world_->guard().Start(recorder_).error().code, base::ErrorCode::kFailedPrecondition);
  world_->guard().Stop();
  EXPECT_TRUE(world_->Connect(process_, kHere));
  world_->guard().Stop();  // once more does no harm
  EXPECT_EQ(recorder_.events(), 0U);
  EXPECT_FALSE(world_->guard().Start(recorder_));
}

INSTANTIATE_TEST_SUITE_P(Bodies, NetworkGuardContract,
                         testing::Values(NamedNetworkWorld{"Fake", MakeFakeNetworkWorld},
                                         NamedNetworkWorld{"Bpf", MakeBpfNetworkWorld}),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace vigie::test
