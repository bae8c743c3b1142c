#include "platform/linux/process_pipes.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "platform/base/clock.h"
#include "platform/linux/linux_platform.h"
#include "tests/support/temporary_directory.h"

namespace vigie::platform {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A process that keeps what `hold` keeps open and closes the rest, until the test ends.
class Holder {
 public:
  explicit Holder(const std::vector<int>& keep) {
    std::array<int, 2> ready{};
    EXPECT_EQ(::pipe2(ready.data(), O_CLOEXEC), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      for (int descriptor = 0; descriptor < 256; ++descriptor) {
        const bool kept = descriptor == ready[1] || std::find(keep.begin(), keep.end(), descriptor) != keep.end();
        if (!kept) ::close(descriptor);
      }
      ::close(ready[1]);  // tells that it holds nothing else
      for (;;) ::pause();
    }
    ::close(ready[1]);
    char end = 0;
    EXPECT_EQ(::read(ready[0], &end, 1), 0);
    ::close(ready[0]);
  }
  ~Holder() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  std::int32_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
};

// Both ends; the test itself is not looked through.
struct Pair {
  int first = -1;
  int second = -1;
  ~Pair() {
    ::close(first);
    ::close(second);
  }
};

Pair MakePipe() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  return {ends[0], ends[1]};
}

std::uint64_t InodeOf(int descriptor) {
  struct stat status = {};
  EXPECT_EQ(::fstat(descriptor, &status), 0);
  return status.st_ino;
}

// A machine that is busy may not let it look through everybody in its time, and it says so then.
base::Result<Outflow> FindWhole(std::int32_t pid) {
  constexpr int kTries = 100;
  auto outflow = FindOutflow(pid);
  for (int i = 0; i < kTries && outflow && !outflow->complete; ++i) outflow = FindOutflow(pid);
  return outflow;
}

std::vector<std::int32_t> ReadersOf(std::int32_t pid) {
  const auto outflow = FindWhole(pid);
  EXPECT_TRUE(outflow) << outflow.error().message;
  std::vector<std::int32_t> readers;
  for (const OutflowReader& reader : outflow->readers) readers.push_back(reader.process.pid);
  return readers;
}

TEST(Outflow, FollowsOnePipeAfterTheOther) {
  const Pair one = MakePipe();
  const Pair two = MakePipe();
  const Holder writer({one.second});
  const Holder middle({one.first, two.second});
  const Holder end({two.first});
  EXPECT_THAT(ReadersOf(writer.pid()), ElementsAre(middle.pid(), end.pid()));
  const auto outflow = FindWhole(writer.pid());
  ASSERT_TRUE(outflow && !outflow->readers.empty());
  EXPECT_THAT(outflow->pipes, ElementsAre(InodeOf(one.first), InodeOf(two.first)));
  EXPECT_EQ(outflow->readers[0].pipe, InodeOf(one.first));
  EXPECT_GT(outflow->readers[0].process.start_time, 0U);
  EXPECT_TRUE(outflow->complete);
}

TEST(Outflow, DoesNotGoAgainstTheStream) {
  const Pair pipe = MakePipe();
  const Holder writer({pipe.second});
  const Holder reader({pipe.first});
  EXPECT_THAT(ReadersOf(reader.pid()), IsEmpty());
}

TEST(Outflow, LeavesOutPipesOfWhichAProcessHoldsBothEnds) {
  const Pair pipe = MakePipe();
  const Holder job({pipe.first, pipe.second});
  const Holder other({pipe.first, pipe.second});
  EXPECT_THAT(ReadersOf(job.pid()), IsEmpty());
}

TEST(Outflow, CrossesSocketPairs) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  const Pair pair{ends[0], ends[1]};
  const Holder one({pair.first});
  const Holder other({pair.second});
  EXPECT_THAT(ReadersOf(one.pid()), ElementsAre(other.pid()));
  EXPECT_THAT(ReadersOf(other.pid()), ElementsAre(one.pid())) << "both ways";
}

TEST(Outflow, CrossesNamedPipes) {
  const test::TemporaryDirectory folder;
  const std::string path = folder / "fifo";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  const Pair fifo{reader, ::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
  const Holder writer({fifo.second});
  const Holder end({fifo.first});
  EXPECT_THAT(ReadersOf(writer.pid()), ElementsAre(end.pid()));
}

TEST(Outflow, OfAProcessThatHasEndedIsNotFound) {
  EXPECT_EQ(FindOutflow(0x7ffffff0).error().code, base::ErrorCode::kNotFound);
}

TEST(Parents, AreKnownByTheirIdentities) {
  const Holder child({});
  const auto processes = MakeProcessInfo();
  const auto self = processes->Describe(::getpid());
  const auto described = processes->Describe(child.pid());
  ASSERT_TRUE(self && described);
  ASSERT_EQ(described->parent_ids.size(), described->parents.size());
  EXPECT_EQ(described->parent_ids.front(), self->id);
  const auto running = processes->Running();
  ASSERT_TRUE(running);
  const auto link = std::find_if(running->begin(), running->end(),
                                 [&](const ProcessLink& one) { return one.process == described->id; });
  ASSERT_NE(link, running->end());
  EXPECT_EQ(link->parent, self->id);
}

}  // namespace
}  // namespace vigie::platform
