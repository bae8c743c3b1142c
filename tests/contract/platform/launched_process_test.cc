// What the Linux body promises of the process that it starts.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>

#include "platform/linux/linux_platform.h"

namespace vigie::platform {
namespace {

using base::Deadline;
using base::ErrorCode;
using base::FileDescriptor;
using ::testing::HasSubstr;

Deadline Soon() {
  return Deadline::After(std::chrono::seconds(60));
}

TEST(LaunchedProcess, HasNothingButItsSocket) {
  const FileDescriptor inheritable(::open("/dev/null", O_RDONLY));  // not close-on-exec, on purpose
  ASSERT_TRUE(inheritable);
  sigset_t terminate;
  sigemptyset(&terminate);
  sigaddset(&terminate, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &terminate, nullptr);
  const auto launcher = MakeWorkerLauncher();
  const auto worker = launcher->Launch(VIGIE_TEST_WORKER, {"report", "a b"});
  ::pthread_sigmask(SIG_UNBLOCK, &terminate, nullptr);
  ASSERT_TRUE(worker);
  const auto report = (*worker)->socket().Receive(Soon());
  ASSERT_TRUE(report);
  EXPECT_EQ(report->bytes, "descriptors 0 1 2 3 null no-environment signals-free <report> <a b>");
}

TEST(LaunchedProcess, IsReapedWhenItIsKilled) {
  const auto launcher = MakeWorkerLauncher();
  const auto worker = launcher->Launch(VIGIE_TEST_WORKER, {});
  ASSERT_TRUE(worker);
  const pid_t pid = (*worker)->pid();
  EXPECT_EQ(::kill(pid, 0), 0);
  (*worker)->Kill();
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST(LaunchedProcess, OfAMissingProgramIsAnErrorAtOnce) {
  const auto launcher = MakeWorkerLauncher();
  const auto worker = launcher->Launch("/no/such/program", {});
  ASSERT_FALSE(worker);
  EXPECT_EQ(worker.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(worker.error().message, HasSubstr("/no/such/program"));
}

TEST(LaunchedProcess, OfAFileThatIsNoProgramIsAnErrorAtOnce) {
  const auto launcher = MakeWorkerLauncher();
  const auto worker = launcher->Launch("/etc/passwd", {});
  ASSERT_FALSE(worker);
  EXPECT_EQ(worker.error().code, ErrorCode::kPermissionDenied);
}

// Launches a worker, tells its pid and waits to be killed.
[[noreturn]] void RunAgent(int report) {
  const auto launcher = MakeWorkerLauncher();
  const auto worker = launcher->Launch(VIGIE_TEST_WORKER, {});
  const pid_t pid = worker && (*worker)->socket().Send({"hang", {}}, Soon()) ? (*worker)->pid() : 0;
  [[maybe_unused]] const ssize_t told = ::write(report, &pid, sizeof pid);
  ::poll(nullptr, 0, 60'000);
  ::_exit(1);
}

TEST(LaunchedProcess, DiesWithItsParent) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const FileDescriptor read_end(ends[0]);
  const FileDescriptor write_end(ends[1]);
  const pid_t agent = ::fork();
  if (agent == 0) RunAgent(write_end.get());
  pid_t worker = 0;
  ASSERT_EQ(::read(read_end.get(), &worker, sizeof worker), static_cast<ssize_t>(sizeof worker));
  ASSERT_GT(worker, 0);
  const FileDescriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, worker, 0)));
  ASSERT_TRUE(handle);
  ::kill(agent, SIGKILL);
  ::waitpid(agent, nullptr, 0);
  pollfd entry = {handle.get(), POLLIN, 0};
  EXPECT_EQ(::poll(&entry, 1, 30'000), 1) << "the worker outlives a killed parent";
}

}  // namespace
}  // namespace vigie::platform
