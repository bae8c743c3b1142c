// What a machine that refuses some of it, or all, still does; and what it says of it. A process without the
// capabilities is refused exactly as by such a kernel.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <memory>

#include "platform/linux/linux_platform.h"
#include "tests/contract/kernel_sensors/network_recorder.h"
#include "tests/contract/kernel_sensors/process_recorder.h"

namespace vigie::test {
namespace {

using base::ErrorCode;
using testing::Contains;
using testing::HasSubstr;

void KeepCapabilities(std::uint64_t kept) {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  data[0].effective = data[0].permitted = static_cast<std::uint32_t>(kept);
  data[1].effective = data[1].permitted = static_cast<std::uint32_t>(kept >> 32);
  if (::syscall(SYS_capset, &header, &data) != 0) ::_exit(99);
}

constexpr std::uint64_t Bit(int capability) {
  return std::uint64_t{1} << capability;
}

// Runs the checks in a child with these capabilities; they print what is wrong.
bool HoldsWith(std::uint64_t capabilities, const std::function<void()>& checks) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    KeepCapabilities(capabilities);
    checks();
    std::fflush(nullptr);
    ::_exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

class Degraded : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    if (platform::MakeProcessEvents(platform::LoadKernelPrograms())->source() != "bpf") {
      GTEST_SKIP() << "this machine has no BPF to take away";
    }
  }
};

TEST_F(Degraded, WithoutTheNetworkProgramsProcessesAreStillToldByBpf) {
  EXPECT_TRUE(HoldsWith(Bit(CAP_BPF) | Bit(CAP_PERFMON), [] {
    const auto programs = platform::LoadKernelPrograms();
    ProcessRecorder recorder;
    const auto events = platform::MakeProcessEvents(programs);
    EXPECT_EQ(events->source(), "bpf");
    ASSERT_TRUE(events->Start(recorder));
    const pid_t child = ::fork();
    if (child == 0) ::execl("/bin/true", "true", nullptr);
    ::waitpid(child, nullptr, 0);
    EXPECT_TRUE(recorder.AwaitEnded(child));
    events->Stop();
    NetworkRecorder network;
    const auto guard = platform::MakeNetworkGuard(programs);
    EXPECT_EQ(guard->Start(network).error().code, ErrorCode::kUnsupported);
    EXPECT_THAT(guard->Start(network).error().message, HasSubstr("on_connect4"));
    EXPECT_THAT(guard->degradations(), Contains(HasSubstr("neither seen nor stopped")));
  }));
}

TEST_F(Degraded, WithoutBpfTheProcConnectorTells) {
  EXPECT_TRUE(HoldsWith(Bit(CAP_NET_ADMIN), [] {
    ProcessRecorder recorder;
    const auto events = platform::MakeProcessEvents(platform::LoadKernelPrograms());
    EXPECT_EQ(events->source(), "proc connector");
    EXPECT_THAT(events->degradations(), Contains(HasSubstr("Operation not permitted")));
    ASSERT_TRUE(events->Start(recorder));
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    EXPECT_TRUE(recorder.AwaitForked(child));
    ::waitpid(child, nullptr, 0);
    events->Stop();
  }));
}

TEST_F(Degraded, WithNeitherTheGuardSaysWhyAtEveryCall) {
  EXPECT_TRUE(HoldsWith(0, [] {
    const auto programs = platform::LoadKernelPrograms();
    const auto guard = platform::MakeNetworkGuard(programs);
    EXPECT_EQ(guard->Watch({::getpid(), 0}, platform::CarrierMode::kDeny).error().code, ErrorCode::kUnsupported);
    EXPECT_EQ(guard->WatchPipe(1, platform::CarrierMode::kDeny).error().code, ErrorCode::kUnsupported);
    EXPECT_EQ(guard->AllowDestinations({}).error().code, ErrorCode::kUnsupported);
    ProcessRecorder recorder;
    const auto started = platform::MakeProcessEvents(programs)->Start(recorder);
    if (!started) EXPECT_EQ(started.error().code, ErrorCode::kPermissionDenied);  // Linux before 6.6
  }));
}

}  // namespace
}  // namespace vigie::test
