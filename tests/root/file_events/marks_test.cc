// Marks are not free: what they cost, what happens when the kernel gives no more, and that it ends by itself.
#include <fcntl.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <vector>

#include "tests/contract/file_events/scratch_folder.h"
#include "tests/root/file_events/sensor_fixture.h"

namespace vigie::test {
namespace {

constexpr char kLimitFile[] = "/proc/sys/fs/fanotify/max_user_marks";

// The kernel counts marks by the user who made the group. This thread becomes one who has none, with root's
// capabilities, so that neither another sensor's marks count here nor ours there.
class CountedAsStranger {
 public:
  CountedAsStranger() {
    possible_ =
        ::prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP) == 0 && ::syscall(SYS_setresuid, -1, kStranger, -1) == 0;
  }
  ~CountedAsStranger() {
    ::syscall(SYS_setresuid, -1, 0, -1);
    ::prctl(PR_SET_SECUREBITS, 0);
  }
  bool possible() const { return possible_; }

 private:
  static constexpr int kStranger = 54321;
  bool possible_ = false;
};

// The limit of everybody, for some milliseconds.
class LoweredLimit {
 public:
  explicit LoweredLimit(int limit) {
    std::ifstream(kLimitFile) >> before_;
    Set(limit);
  }
  ~LoweredLimit() { Set(before_); }

 private:
  static void Set(int limit) { std::ofstream(kLimitFile) << limit; }
  int before_ = 0;
};

long SlabNumber(const std::string& cache, const std::string& name) {
  long number = 0;
  std::ifstream("/sys/kernel/slab/" + cache + "/" + name) >> number;
  return number;
}

class Marking : public SensorFixture {
 protected:
  base::FileDescriptor OpenHere(const std::string& path) {
    return base::FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  }
  std::string Name(int number) { return *mount_ / ("f" + std::to_string(number)); }
  void MakeFiles(int count) {
    for (int i = 0; i < count; ++i) WriteTextFile(Name(i), "x");
  }
  bool SaysThatMarksAreMissing() {
    for (const std::string& sentence : events_->degradations()) {
      if (sentence.find("no more files can be marked, limit 20") != sentence.npos) return true;
    }
    return false;
  }
};

TEST_F(Marking, WhereTheKernelGivesNoMoreIsSaidAndEndsWhenMarksGo) {
  MakeFiles(30);
  {
    const CountedAsStranger stranger;
    if (!stranger.possible()) GTEST_SKIP() << "this process may not keep its capabilities under another user id";
    ASSERT_TRUE(events_->Watch(mount_->path()));
  }
  ASSERT_TRUE(events_->Start(collector_));
  const LoweredLimit limit(20);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(events_->Mark(OpenHere(Name(i)))) << i;
  EXPECT_FALSE(SaysThatMarksAreMissing());
  const auto refused = events_->Mark(OpenHere(Name(20)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kResourceExhausted);
  EXPECT_TRUE(SaysThatMarksAreMissing());
  EXPECT_EQ(actor_->Open(Name(20)), 0);
  EXPECT_EQ(actor_->Open(Name(0)), 0);
  EXPECT_EQ(collector_.accesses(Name(20)), 0) << "it has no mark";
  EXPECT_EQ(collector_.accesses(Name(0)), 1) << "those that have one keep it";

  events_->Unmark(OpenHere(Name(1)));
  ASSERT_TRUE(events_->Mark(OpenHere(Name(20))));
  EXPECT_FALSE(SaysThatMarksAreMissing());
  EXPECT_EQ(actor_->Open(Name(20)), 0);
  EXPECT_EQ(collector_.accesses(Name(20)), 1);
}

TEST_F(Marking, ANewFileThatGetsNoMarkIsSaidToo) {
  MakeFiles(20);
  {
    const CountedAsStranger stranger;
    if (!stranger.possible()) GTEST_SKIP() << "this process may not keep its capabilities under another user id";
    ASSERT_TRUE(events_->Watch(mount_->path()));
  }
  ASSERT_TRUE(events_->Start(collector_));
  const LoweredLimit limit(20);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(events_->Mark(OpenHere(Name(i)))) << i;
  EXPECT_EQ(actor_->Write(*mount_ / "new", "x"), 0);
  EXPECT_TRUE(collector_.TakeEvent(Kind::kClosedAfterWrite, *mount_ / "new")) << "it is told all the same";
  EXPECT_TRUE(collector_.TakeEvent(Kind::kCreated, *mount_ / "new"));
  EXPECT_TRUE(SaysThatMarksAreMissing());
}

// platform/README.md has the figures of this.
TEST_F(Marking, WhatAMillionMarksCostInTheKernel) {
  constexpr int kMarks = 50'000;
  LoopMountOptions large;
  large.mebibytes = 256;  // an inode each 4 KiB
  auto mount = LoopMount::Make(large);
  ASSERT_TRUE(mount) << mount.error().message;
  mount_ = *std::move(mount);
  ASSERT_TRUE(events_->Watch(mount_->path()));
  MakeFiles(kMarks);
  const char* const caches[] = {"fanotify_mark", "fsnotify_mark_connector"};
  const long marks_before = SlabNumber(caches[0], "objects");
  if (marks_before == 0) GTEST_SKIP() << "this kernel does not tell of its slabs";
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kMarks; ++i) ASSERT_TRUE(events_->Mark(OpenHere(Name(i)))) << i;
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_GT(SlabNumber(caches[0], "objects") - marks_before, kMarks * 9 / 10) << "they are what grows";
  const long mark = SlabNumber(caches[0], "slab_size") + SlabNumber(caches[1], "slab_size");
  const long inode = SlabNumber("ext4_inode_cache", "slab_size") + SlabNumber("lsm_inode_cache", "slab_size");
  std::cout << kMarks << " marks in " << std::chrono::duration_cast<std::chrono::milliseconds>(took).count()
            << " ms; each " << mark << " bytes, and keeps an ext4 inode of " << inode << " bytes in memory: a million "
            << (mark + inode) * 1'000'000 / (1 << 20) << " MiB, " << mark * 1'000'000 / (1 << 20)
            << " MiB of them not there without the marks\n";
  ASSERT_TRUE(events_->Start(collector_));
  EXPECT_EQ(actor_->Open(Name(kMarks - 1)), 0);
  EXPECT_EQ(collector_.accesses(Name(kMarks - 1)), 1);
}

}  // namespace
}  // namespace vigie::test
