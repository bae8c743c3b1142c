#include "platform/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "platform/base/file_descriptor.h"
#include "platform/linux/worker_socket.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/platform_linux/sandboxed_child.h"

namespace vigie::platform {
namespace {

using base::Deadline;
using base::FileDescriptor;

constexpr int kDone = 0;
constexpr int kRefused = 1;
constexpr std::size_t kPage = 4096;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

// A way out, tried by raw calls: what a parser that was taken over would do. kDone if it worked.
struct Attempt {
  const char* name;
  int (*attempt)();
};

int DoneIf(bool worked) {
  return worked ? kDone : kRefused;
}

const std::array kAttempts = {
    Attempt{"OpenAFile", [] { return DoneIf(::open("/etc/passwd", O_RDONLY) >= 0); }},
    Attempt{"OpenADirectory", [] { return DoneIf(::open("/", O_RDONLY | O_DIRECTORY) >= 0); }},
    Attempt{"OpenItsOwnMemory", [] { return DoneIf(::open("/proc/self/mem", O_RDWR) >= 0); }},
    Attempt{"LookAtAFile",
            [] {
              struct stat status = {};
              return DoneIf(::stat("/etc/passwd", &status) == 0);
            }},
    Attempt{"MakeASocket", [] { return DoneIf(::socket(AF_INET, SOCK_STREAM, 0) >= 0); }},
    Attempt{"MakeALocalSocket", [] { return DoneIf(::socket(AF_UNIX, SOCK_STREAM, 0) >= 0); }},
    Attempt{"ExecuteAProgram",
            [] {
              char* const none[] = {nullptr};
              ::execve("/bin/true", none, none);
              return kRefused;
            }},
    Attempt{"Fork", [] { return DoneIf(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) >= 0); }},
    Attempt{"SignalItsParent", [] { return DoneIf(::kill(::getppid(), 0) == 0); }},
    Attempt{"TraceItsParent", [] { return DoneIf(::ptrace(PTRACE_ATTACH, ::getppid(), nullptr, nullptr) == 0); }},
    Attempt{"ReadItsParentsMemory",
            [] {
              char byte = 0;
              iovec mine = {&byte, 1};
              iovec theirs = {&byte, 1};
              return DoneIf(::process_vm_readv(::getppid(), &mine, 1, &theirs, 1, 0) == 1);
            }},
    Attempt{"MakeCode",
            [] {
              return DoneIf(::mmap(nullptr, kPage, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
                            MAP_FAILED);
            }},
    Attempt{"MakeDataExecutable",
            [] {
              void* page = ::mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              return DoneIf(::mprotect(page, kPage, PROT_READ | PROT_EXEC) == 0);
            }},
    Attempt{"LoadAKernelProgram", [] { return DoneIf(::syscall(SYS_bpf, 0, nullptr, 0) >= 0); }},
    Attempt{"MakeANamespace", [] { return DoneIf(::syscall(SYS_unshare, 0) == 0); }},
    Attempt{"BecomeRoot", [] { return DoneIf(::syscall(SYS_setresuid, 0, 0, 0) == 0); }},
};

class Sandbox : public ::testing::TestWithParam<std::tuple<Attempt, Starter>> {};

TEST_P(Sandbox, StopsAnAttemptTo) {
  const auto& [attempt, starter] = GetParam();
  if (kSanitized && (attempt.name == std::string_view("Fork") || attempt.name == std::string_view("TraceItsParent"))) {
    GTEST_SKIP() << "a sanitizer's own run-time needs this";
  }
  const ChildEnd end = RunSandboxed(starter, attempt.attempt);
  ASSERT_NE(end.status, kNotConfined);
  // The kernel says "bad system call", or the attempt saw a refusal.
  EXPECT_TRUE(end.signal == SIGSYS || end.status == kRefused) << end;
}

INSTANTIATE_TEST_SUITE_P(Attempts, Sandbox,
                         ::testing::Combine(::testing::ValuesIn(kAttempts),
                                            ::testing::Values(Starter::kAsWeAre, Starter::kAsNobody)),
                         [](const auto& instance) {
                           return std::string(std::get<0>(instance.param).name) +
                                  (std::get<1>(instance.param) == Starter::kAsNobody ? "AsNobody" : "");
                         });

// Without this the suite above would pass in a machine where everything fails.
TEST(SandboxAttempts, WorkWithoutASandbox) {
  for (const char* name : {"OpenAFile", "OpenADirectory", "LookAtAFile", "MakeASocket", "SignalItsParent", "MakeCode",
                           "MakeDataExecutable", "MakeANamespace"}) {
    for (const Attempt& attempt : kAttempts) {
      if (attempt.name != std::string_view(name)) continue;
      EXPECT_EQ(RunFree(attempt.attempt).status, kDone) << name;
    }
  }
}

TEST(SandboxOfADescriptor, DoesNotLetAnInheritedFileBeWritten) {
  const test::TemporaryDirectory directory;
  const std::string path = directory / "inherited";
  const FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_EQ(::write(file.get(), "before", 6), 6);
  const int number = file.get();
  for (const auto& attempt : std::vector<std::function<int()>>{
           [&] { return DoneIf(::pwrite(number, "x", 1, 0) == 1); },
           [&] { return DoneIf(::ftruncate(number, 0) == 0); },
           [&] {
             void* page = ::mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_SHARED, number, 0);
             if (page == MAP_FAILED) return kRefused;
             static_cast<char*>(page)[0] = 'x';
             return kDone;
           }}) {
    const ChildEnd end = RunSandboxed(Starter::kAsWeAre, attempt);
    ASSERT_NE(end.status, kNotConfined);
    EXPECT_TRUE(end.signal == SIGSYS || end.signal == SIGXFSZ || end.status == kRefused) << end;
  }
  std::array<char, 16> content{};
  ASSERT_EQ(::pread(file.get(), content.data(), content.size(), 0), 6);
  EXPECT_STREQ(content.data(), "before");
}

TEST(SandboxOfADescriptor, LetsAGivenFileBeReadAndMapped) {
  const FileDescriptor file(::open("/etc/passwd", O_RDONLY | O_CLOEXEC));
  const int number = file.get();
  const ChildEnd end = RunSandboxed(Starter::kAsNobody, [&] {
    std::array<char, 4> first{};
    struct stat status = {};
    if (::fstat(number, &status) != 0 || status.st_size == 0) return 1;
    if (::pread(number, first.data(), first.size(), 0) != 4) return 2;
    if (::lseek(number, 0, SEEK_SET) != 0 || ::read(number, first.data(), first.size()) != 4) return 3;
    void* mapped = ::mmap(nullptr, static_cast<std::size_t>(status.st_size), PROT_READ, MAP_SHARED, number, 0);
    return mapped != MAP_FAILED && static_cast<char*>(mapped)[0] == first[0] ? 0 : 4;
  });
  EXPECT_EQ(end, (ChildEnd{.status = 0, .signal = 0}));
}

// What parsers do: they allocate, throw, read the clock, convert local time (which looks for /etc/localtime) and
// complain.
TEST(SandboxOfAParser, LetsTheLanguageWork) {
  const ChildEnd end = RunSandboxed(Starter::kAsWeAre, [] {
    std::string grown;
    for (int i = 0; i < 1 << 20; ++i) grown += 'x';
    grown.assign(64 << 20, 'y');
    try {
      throw std::runtime_error("parse error");
    } catch (const std::exception& error) {
      if (std::string(error.what()) != "parse error") return 1;
    }
    std::tm date = {};
    date.tm_year = 122;
    if (std::mktime(&date) == -1 || std::time(nullptr) == 0) return 2;
    std::fprintf(stderr, "%s", "");
    return std::thread::hardware_concurrency() > 0 ? 0 : 3;
  });
  EXPECT_EQ(end, (ChildEnd{.status = 0, .signal = 0}));
}

TEST(SandboxOfAParser, LetsAbortEndIt) {
  const ChildEnd end = RunSandboxed(Starter::kAsWeAre, [] {
    std::abort();
    return 0;
  });
  EXPECT_EQ(end.signal, SIGABRT);
}

TEST(SandboxOfAWorker, TalksOverItsSocketAndNoOther) {
  auto pair = MakeSocketPair();
  ASSERT_TRUE(pair);
  auto& [ours, theirs] = *pair;
  const int number = theirs.get();
  StreamWorkerSocket parent(std::move(ours));
  const Deadline deadline = Deadline::After(std::chrono::seconds(20));
  ASSERT_TRUE(parent.Send({"question", {}}, deadline));
  const auto talk = [deadline](int socket_number) {
    StreamWorkerSocket socket{FileDescriptor(socket_number)};
    const auto question = socket.Receive(deadline);
    return question && socket.Send({"answer to " + question->bytes, {}}, deadline) ? 0 : 1;
  };
  const ChildEnd other = RunSandboxed(Starter::kAsWeAre, [&] { return talk(number); });
  EXPECT_EQ(other.signal, SIGSYS);
  const ChildEnd end = RunFree([&] {
    if (::dup2(number, kWorkerSocketNumber) < 0 || !EnterSandbox({})) return kNotConfined;
    return talk(kWorkerSocketNumber);
  });
  EXPECT_EQ(end, (ChildEnd{.status = 0, .signal = 0}));
  const auto answer = parent.Receive(deadline);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->bytes, "answer to question");
}

TEST(SandboxedProcess, HoldTheProcess) {
  const ChildEnd end = RunSandboxed(Starter::kAsWeAre, [] {
    const std::array wanted = {std::pair(RLIMIT_CORE, 0U), std::pair(RLIMIT_FSIZE, 0U), std::pair(RLIMIT_NOFILE, 64U)};
    for (const auto& [resource, value] : wanted) {
      rlimit limit = {};
      if (::getrlimit(resource, &limit) != 0 || limit.rlim_max != value) return 1;
    }
    return ::geteuid() == 0 || ::getegid() == 0 ? 2 : 0;
  });
  EXPECT_EQ(end, (ChildEnd{.status = 0, .signal = 0}));
}

// Changing the user makes the kernel forget that signal: a worker without it would outlive a killed agent.
TEST(SandboxedProcess, KeepTheSignalOfTheParentsDeath) {
  constexpr int kPatience = 30'000;
  std::array<int, 2> alive{};  // at its end once the last process that holds the other side is gone
  ASSERT_EQ(::pipe2(alive.data(), O_CLOEXEC), 0);
  const ChildEnd parent = RunFree([&] {
    std::array<int, 2> ready{};
    if (::pipe2(ready.data(), O_CLOEXEC) != 0) return 2;
    if (::fork() != 0) {
      ::close(ready[1]);
      pollfd entry = {ready[0], POLLIN, 0};
      return ::poll(&entry, 1, kPatience) == 1 ? 0 : 3;
    }
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || !EnterSandbox({})) return kNotConfined;
    ::close(ready[1]);
    ::poll(nullptr, 0, 2 * kPatience);
    return kDone;
  });
  EXPECT_EQ(parent.status, 0);
  ::close(alive[1]);
  pollfd entry = {alive[0], POLLIN, 0};
  EXPECT_EQ(::poll(&entry, 1, kPatience), 1) << "the worker outlives its parent";
  ::close(alive[0]);
}

TEST(SandboxedProcess, AreNotEnteredBesideAnotherThread) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer has a thread of its own";
  const ChildEnd end = RunFree([] {
    std::jthread other([](const std::stop_token& stop) {
      while (!stop.stop_requested()) std::this_thread::yield();
    });
    const auto entered = EnterSandbox({});
    return !entered && entered.error().code == base::ErrorCode::kFailedPrecondition ? 0 : 1;
  });
  EXPECT_EQ(end.status, 0);
}

}  // namespace
}  // namespace vigie::platform
