// What every ProcessInfo promises (platform/process_info.h).
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <functional>

#include "platform/fake/fake_process_info.h"
#include "platform/linux/linux_platform.h"
#include "platform/program.h"
#include "tests/support/temporary_directory.h"

namespace vigie::platform {
namespace {

using base::ErrorCode;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::chrono::seconds kPatience{30};

// Real processes: children of this test that do one thing and wait.
class Running {
 public:
  ~Running() {
    for (const std::int32_t pid : children_) EndNow(pid);
  }

  ProcessInfo& processes() { return *processes_; }

  std::int32_t Start() {
    return StartChild([] {});
  }
  // Holds one file open for writing and one for reading.
  std::int32_t StartWriter() {
    const std::string written = WrittenPath();
    return StartChild([written] {
      [[maybe_unused]] const int writer = ::open(written.c_str(), O_WRONLY | O_CREAT, 0600);
      [[maybe_unused]] const int reader = ::open("/etc/passwd", O_RDONLY);
    });
  }
  // Waits in an open call: nobody opens the other end of the FIFO.
  std::int32_t StartOpener(bool for_writing) {
    const std::string fifo = directory_ / (for_writing ? "to-write" : "to-read");
    EXPECT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    const std::int32_t pid = StartChild({}, [fifo, for_writing] {
      [[maybe_unused]] const int file = ::open(fifo.c_str(), for_writing ? O_WRONLY : O_RDONLY);
    });
    const auto begin = std::chrono::steady_clock::now();
    while (processes_->PendingOpenMode(pid) == OpenMode::kUnknown &&
           std::chrono::steady_clock::now() - begin < kPatience) {
      ::poll(nullptr, 0, 1);
    }
    return pid;
  }
  void End(std::int32_t pid) {
    EndNow(pid);
    std::erase(children_, pid);
  }
  std::string WrittenPath() const { return directory_ / "written"; }

 private:
  static void EndNow(std::int32_t pid) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }

  // Returns once the child has done `before`; `then` may block.
  std::int32_t StartChild(const std::function<void()>& before, const std::function<void()>& then = {}) {
    std::array<int, 2> ready{};
    EXPECT_EQ(::pipe2(ready.data(), O_CLOEXEC), 0);
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (before) before();
      ::close(ready[0]);
      ::close(ready[1]);
      if (then) then();
      ::poll(nullptr, 0, -1);
      ::_exit(0);
    }
    ::close(ready[1]);
    char byte = 0;
    EXPECT_EQ(::read(ready[0], &byte, 1), 0);
    ::close(ready[0]);
    children_.push_back(pid);
    return pid;
  }

  test::TemporaryDirectory directory_;
  std::unique_ptr<ProcessInfo> processes_ = MakeProcessInfo();
  std::vector<std::int32_t> children_;
};

class Invented {
 public:
  ProcessInfo& processes() { return processes_; }
  std::int32_t Start() {
    const std::int32_t pid = next_++;
    processes_.Add({.id = {pid, 1},
                    .exe = *ExecutablePath(),
                    .command_line = "test",
                    .parents = {"/sbin/init"},
                    .uid = ::getuid(),
                    .user = "somebody"});
    return pid;
  }
  std::int32_t StartWriter() {
    const std::int32_t pid = Start();
    processes_.SetWritableFiles(pid, {{1, 2, WrittenPath()}});
    return pid;
  }
  std::int32_t StartOpener(bool for_writing) {
    const std::int32_t pid = Start();
    processes_.SetPendingOpenMode(pid, for_writing ? OpenMode::kWrite : OpenMode::kRead);
    return pid;
  }
  void End(std::int32_t pid) { processes_.End(pid); }
  std::string WrittenPath() const { return "/home/alice/written"; }

 private:
  FakeProcessInfo processes_;
  std::int32_t next_ = 1000;
};

template <typename Body>
class ProcessInfoContract : public ::testing::Test {
 protected:
  ProcessInfo& processes() { return body_.processes(); }
  Body body_;
};

using Bodies = ::testing::Types<Running, Invented>;
TYPED_TEST_SUITE(ProcessInfoContract, Bodies);

TYPED_TEST(ProcessInfoContract, SaysWhatAProcessIsAndWhoRunsIt) {
  const std::int32_t pid = this->body_.Start();
  const auto process = this->processes().Describe(pid);
  ASSERT_TRUE(process);
  EXPECT_EQ(process->id.pid, pid);
  EXPECT_GT(process->id.start_time, 0U);
  EXPECT_EQ(process->exe, *ExecutablePath());
  EXPECT_FALSE(process->command_line.empty());
  EXPECT_EQ(process->uid, ::getuid());
  EXPECT_FALSE(process->user.empty());
  EXPECT_FALSE(process->parents.empty());
  EXPECT_LE(process->parents.size(), 16U);
}

TYPED_TEST(ProcessInfoContract, GivesAProcessTheSameIdentityEachTime) {
  const std::int32_t pid = this->body_.Start();
  EXPECT_EQ(this->processes().Describe(pid)->id, this->processes().Describe(pid)->id);
}

TYPED_TEST(ProcessInfoContract, KnowsNothingOfAProcessThatHasEnded) {
  const std::int32_t pid = this->body_.Start();
  this->body_.End(pid);
  const auto process = this->processes().Describe(pid);
  ASSERT_FALSE(process);
  EXPECT_EQ(process.error().code, ErrorCode::kNotFound);
  const auto files = this->processes().WritableFiles(pid);
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(this->processes().PendingOpenMode(pid), OpenMode::kUnknown);
}

TYPED_TEST(ProcessInfoContract, TellsAnOpenForReadingFromOneForWriting) {
  EXPECT_EQ(this->processes().PendingOpenMode(this->body_.StartOpener(false)), OpenMode::kRead);
  EXPECT_EQ(this->processes().PendingOpenMode(this->body_.StartOpener(true)), OpenMode::kWrite);
}

TYPED_TEST(ProcessInfoContract, DoesNotKnowTheModeOfAProcessThatOpensNothing) {
  EXPECT_EQ(this->processes().PendingOpenMode(this->body_.Start()), OpenMode::kUnknown);
}

TYPED_TEST(ProcessInfoContract, FindsTheFilesThatAProcessMayWrite) {
  const auto files = this->processes().WritableFiles(this->body_.StartWriter());
  ASSERT_TRUE(files);
  const auto written = std::ranges::find(*files, this->body_.WrittenPath(), &WritableFile::path);
  ASSERT_NE(written, files->end());
  EXPECT_GT(written->inode, 0U);
  EXPECT_TRUE(std::ranges::none_of(*files, [](const WritableFile& file) { return file.path == "/etc/passwd"; }));
}

}  // namespace
}  // namespace vigie::platform
