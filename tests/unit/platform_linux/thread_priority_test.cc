#include "platform/thread_priority.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include "platform/linux/linux_platform.h"

namespace vigie::platform {
namespace {

struct Standing {
  bool set = false;
  int policy = 0;
  int nice = 0;
  int policy_of_child = 0;
  int nice_of_child = 0;
};

int NiceOfThread() {
  return ::getpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)));
}

// Of a thread of its own, and of a thread that it starts.
Standing StandingAt(ThreadPriority priority) {
  Standing standing;
  std::thread([&] {
    standing.set = static_cast<bool>(SetThreadPriority(priority));
    standing.policy = ::sched_getscheduler(0);
    standing.nice = NiceOfThread();
    std::thread([&] {
      standing.policy_of_child = ::sched_getscheduler(0);
      standing.nice_of_child = NiceOfThread();
    }).join();
  }).join();
  return standing;
}

TEST(ThreadPriority, IsOfTheThreadAndOfWhatItStarts) {
  const int before = NiceOfThread();
  const auto yielding = StandingAt(ThreadPriority::kYielding);
  EXPECT_TRUE(yielding.set);
  EXPECT_EQ(yielding.policy, SCHED_BATCH);
  EXPECT_EQ(yielding.policy_of_child, SCHED_BATCH);
  EXPECT_GT(yielding.nice, 0);
  EXPECT_EQ(yielding.nice_of_child, yielding.nice);
  const auto spare = StandingAt(ThreadPriority::kSpare);
  EXPECT_TRUE(spare.set);
  EXPECT_EQ(spare.policy, SCHED_IDLE);
  EXPECT_EQ(spare.policy_of_child, SCHED_IDLE);
  EXPECT_EQ(NiceOfThread(), before) << "others keep theirs";
  EXPECT_EQ(::sched_getscheduler(0), SCHED_OTHER);
}

TEST(ThreadPriority, OfWhatIsNormalIsLeftAlone) {
  EXPECT_EQ(StandingAt(ThreadPriority::kNormal).nice, NiceOfThread());
}

TEST(ThreadPriority, IsHigherWhereSomebodyWaits) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs CAP_SYS_NICE";
  const auto urgent = StandingAt(ThreadPriority::kUrgent);
  EXPECT_TRUE(urgent.set);
  EXPECT_EQ(urgent.policy, SCHED_OTHER);
  EXPECT_LT(urgent.nice, NiceOfThread());
  EXPECT_EQ(urgent.nice_of_child, urgent.nice);
}

// SCHED_IDLE alone counts for nothing beside another session.
TEST(ThreadPriority, OfASpareWorkerIsThatOfItsSession) {
  std::ifstream switch_of_kernel("/proc/sys/kernel/sched_autogroup_enabled");
  if (std::string on; !(switch_of_kernel >> on) || on != "1") GTEST_SKIP() << "the kernel does not share by session";
  if (::geteuid() != 0) GTEST_SKIP() << "others may set it ten times in a second";
  const auto session_of = [](const WorkerProcess& worker) {
    std::ifstream file("/proc/" + std::to_string(worker.pid()) + "/autogroup");
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const auto spare = MakeWorkerLauncher(ThreadPriority::kSpare);
  const auto worker = spare->Launch("/bin/sleep", {"60"});
  ASSERT_TRUE(worker) << worker.error().message;
  EXPECT_EQ(::getsid((*worker)->pid()), (*worker)->pid());
  EXPECT_TRUE(session_of(**worker).ends_with(" nice 5\n")) << session_of(**worker);
  const auto urgent = MakeWorkerLauncher(ThreadPriority::kUrgent);
  const auto awaited = urgent->Launch("/bin/sleep", {"60"});
  ASSERT_TRUE(awaited) << awaited.error().message;
  EXPECT_EQ(::getsid((*awaited)->pid()), ::getsid(0)) << "ours";
}

}  // namespace
}  // namespace vigie::platform
