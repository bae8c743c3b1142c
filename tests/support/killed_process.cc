#include "tests/support/killed_process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string_view>

namespace vigie::test {
namespace {

constexpr int kSyscallStop = SIGTRAP | 0x80;  // PTRACE_O_TRACESYSGOOD

bool ChangesFiles(std::uint64_t number) {
  static constexpr std::array kCalls = {
      SYS_write,     SYS_pwrite64,  SYS_writev,    SYS_pwritev, SYS_fsync,   SYS_fdatasync,
      SYS_ftruncate, SYS_fallocate, SYS_renameat2, SYS_linkat,  SYS_mkdirat, SYS_unlinkat,
#ifdef SYS_rename
      SYS_rename,    SYS_renameat,  SYS_unlink,    SYS_link,    SYS_mkdir,   SYS_rmdir,
#endif
  };
  return std::ranges::find(kCalls, static_cast<long>(number)) != kCalls.end();
}

bool EntersAChange(pid_t child) {
  __ptrace_syscall_info call{};
  const auto size = reinterpret_cast<void*>(sizeof call);
  if (ptrace(PTRACE_GET_SYSCALL_INFO, child, size, &call) <= 0) return false;
  return call.op == PTRACE_SYSCALL_INFO_ENTRY && ChangesFiles(call.entry.nr);
}

[[noreturn]] void RunTraced(const std::function<bool()>& body) {
  if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(4);
  ::raise(SIGSTOP);
  ::_exit(body() ? 0 : 3);
}

Ending Kill(pid_t child, std::size_t changes) {
  int status = 0;
  ::kill(child, SIGKILL);
  ::waitpid(child, &status, 0);
  return {.killed = WIFSIGNALED(status), .changes = changes};
}

}  // namespace

Ending KillAtChange(std::size_t at, const std::function<bool()>& body) {
  const pid_t child = ::fork();
  if (child == 0) RunTraced(body);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSTOPPED(status)) << "it cannot be traced";
  ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
  std::size_t changes = 0;
  for (long signal = 0; WIFSTOPPED(status);) {
    if (ptrace(PTRACE_SYSCALL, child, nullptr, signal) != 0) break;
    if (::waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) break;
    const bool call = WSTOPSIG(status) == kSyscallStop;
    signal = call ? 0 : WSTOPSIG(status);
    if (!call || !EntersAChange(child)) continue;
    if (changes == at) return Kill(child, changes);
    ++changes;
  }
  return {.done = WIFEXITED(status) && WEXITSTATUS(status) == 0, .changes = changes};
}

std::vector<std::size_t> SomeOf(std::size_t total, std::size_t most) {
  const char* wish = std::getenv("VIGIE_KILL_POINTS");
  const bool all = wish != nullptr && std::string_view(wish) == "all";
  const std::size_t step = all || most == 0 ? 1 : (total + most - 1) / most;
  const char* given = std::getenv("VIGIE_KILL_SEED");
  const unsigned long seed = given == nullptr ? std::random_device()() : std::strtoul(given, nullptr, 10);
  std::vector<std::size_t> some;
  if (total == 0) return some;
  for (std::size_t i = seed % step; i < total; i += step) some.push_back(i);
  std::cout << "killed at " << some.size() << " of " << total << " changes, VIGIE_KILL_SEED=" << seed << "\n";
  return some;
}

}  // namespace vigie::test
