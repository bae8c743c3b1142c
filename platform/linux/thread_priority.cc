#include "platform/thread_priority.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>

namespace vigie::platform {
namespace {

using base::Result;

constexpr int kUrgentNice = -10;
constexpr int kYieldingNice = 5;
// Since Linux 6.12 whoever asks for a shorter slice interrupts, when he wakes, who has a longer one; the usual one is
// some milliseconds. 0.1 ms is the shortest, 100 ms the longest.
constexpr std::chrono::nanoseconds kShortSlice = std::chrono::microseconds(100);
constexpr std::chrono::nanoseconds kLongSlice = std::chrono::milliseconds(10);

// sched_setattr(2), which has no wrapper.
struct Attributes {
  std::uint32_t size = sizeof(Attributes);
  std::uint32_t policy = SCHED_OTHER;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t slice_ns = 0;  // of the usual policies; older kernels do not look at it
  std::uint64_t deadline_ns = 0;
  std::uint64_t period_ns = 0;
};

// Its nice value first: a slice and a policy of their own may be forbidden, and are the smaller part.
Result<void> Set(int policy, int nice, std::chrono::nanoseconds slice) {
  const auto thread = static_cast<id_t>(::syscall(SYS_gettid));
  if (::setpriority(PRIO_PROCESS, thread, nice) != 0) return base::ErrnoError(errno, "set the nice value of a thread");
  const Attributes wanted{.policy = static_cast<std::uint32_t>(policy),
                          .nice = nice,
                          .slice_ns = static_cast<std::uint64_t>(slice.count())};
  (void)::syscall(SYS_sched_setattr, 0, &wanted, 0);
  return {};
}

Result<void> YieldToAll() {
  const sched_param none = {};
  if (::sched_setscheduler(0, SCHED_IDLE, &none) != 0) return base::ErrnoError(errno, "run a thread at idle priority");
  // ioprio_set(2), which has no wrapper: IOPRIO_WHO_PROCESS, this thread, IOPRIO_CLASS_IDLE.
  constexpr int kIdleClass = 3 << 13;
  if (::syscall(SYS_ioprio_set, 1, 0, kIdleClass) != 0)
    return base::ErrnoError(errno, "run a thread at idle disk priority");
  return {};
}

}  // namespace

Result<void> SetThreadPriority(ThreadPriority priority) {
  switch (priority) {
    case ThreadPriority::kUrgent:
      return Set(SCHED_OTHER, kUrgentNice, kShortSlice);
    case ThreadPriority::kNormal:
      return {};
    case ThreadPriority::kYielding:
      return Set(SCHED_BATCH, kYieldingNice, kLongSlice);
    case ThreadPriority::kSpare:
      return YieldToAll();
  }
  return {};
}

}  // namespace vigie::platform
