#include "platform/sandbox.h"

#include <sched.h>
#include <sys/resource.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <string>

#include "platform/linux/file_system_ban.h"
#include "platform/linux/privileges.h"
#include "platform/linux/system_call_filter.h"

namespace vigie::platform {
namespace {

using base::ErrnoError;
using base::Error;
using base::ErrorCode;
using base::Result;

// Sanitizers reserve terabytes of addresses and run a thread of their own.
constexpr bool kSanitized = VIGIE_SANITIZED;
constexpr rlim_t kMaxDescriptors = 64;

using Resource = decltype(RLIMIT_CORE);

struct Limit {
  Resource resource;
  rlim_t value;
  const char* name;
};

// The filter and Landlock bind the calling thread only until TSYNC; one that ran already could keep what it holds.
Result<void> CheckSingleThreaded() {
  std::error_code failure;
  const std::filesystem::directory_iterator threads("/proc/self/task", failure);
  if (failure) return Error{ErrorCode::kFailedPrecondition, "/proc/self/task cannot be read: " + failure.message()};
  if (kSanitized || std::distance(begin(threads), end(threads)) == 1) return {};
  return Error{ErrorCode::kFailedPrecondition, "the sandbox must be entered before the first thread is started"};
}

Result<void> SetLimits(const SandboxLimits& limits) {
  const rlim_t addresses = kSanitized ? RLIM_INFINITY : limits.address_space_bytes;
  const rlim_t cpu = limits.cpu_seconds == 0 ? RLIM_INFINITY : limits.cpu_seconds;
  const std::array<Limit, 7> table = {{{RLIMIT_CORE, 0, "core dumps"},
                                       {RLIMIT_FSIZE, 0, "file size"},
                                       {RLIMIT_NPROC, kSanitized ? RLIM_INFINITY : 0, "processes"},
                                       {RLIMIT_NOFILE, kMaxDescriptors, "descriptors"},
                                       {RLIMIT_MEMLOCK, 0, "locked memory"},
                                       {RLIMIT_AS, addresses, "address space"},
                                       {RLIMIT_CPU, cpu, "processor time"}}};
  for (const Limit& limit : table) {
    rlimit current = {};
    if (::getrlimit(limit.resource, &current) != 0) return ErrnoError(errno, limit.name);
    // Never raised: who started us may have set a tighter one.
    const rlim_t value = std::min(limit.value, current.rlim_max);
    const rlimit wanted = {value, value};
    if (::setrlimit(limit.resource, &wanted) != 0) {
      return ErrnoError(errno, std::string("limit the ") + limit.name);
    }
  }
  return {};
}

// Allowed to root only, and not in every container. The filter denies sockets and IPC anyway: this is a second wall.
void LeaveNamespaces() {
  for (const int space : {CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS}) ::unshare(space);
}

}  // namespace

Result<void> EnterSandbox(const SandboxLimits& limits) {
  if (auto single = CheckSingleThreaded(); !single) return single.error().Wrap("enter the sandbox");
  if (auto limited = SetLimits(limits); !limited) return limited.error().Wrap("enter the sandbox");
  LeaveNamespaces();
  if (auto dropped = DropPrivileges(); !dropped) return dropped.error().Wrap("enter the sandbox");
  if (auto banned = BanFileSystem(); !banned) return banned.error().Wrap("enter the sandbox");
  if (auto restricted = RestrictSystemCalls(limits.second_socket); !restricted)
    return restricted.error().Wrap("enter the sandbox");
  return {};
}

}  // namespace vigie::platform
