// The life of real processes as BPF tells it: short ones, many ones, those with long or odd arguments.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "platform/linux/linux_platform.h"
#include "tests/contract/kernel_sensors/process_recorder.h"
#include "tests/contract/kernel_sensors/real_process.h"

namespace vigie::test {
namespace {

using platform::ProcessExecuted;

constexpr int kMany = 1000;

class ProcessLife : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    events_ = platform::MakeProcessEvents(platform::LoadKernelPrograms());
    if (events_->source() != "bpf") GTEST_SKIP() << events_->degradations().front();
    ASSERT_TRUE(events_->Start(recorder_));
  }

  void TearDown() override {
    if (events_) events_->Stop();
  }

  static pid_t Spawn(const std::string& program, std::vector<std::string> arguments) {
    std::vector<char*> pointers;
    for (auto& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    pid_t pid = 0;
    if (::posix_spawn(&pid, program.c_str(), nullptr, nullptr, pointers.data(), environ) != 0) return 0;
    return pid;
  }

  std::optional<ProcessExecuted> AwaitProgramOf(pid_t pid) {
    return recorder_.AwaitExecuted([&](const auto& event) { return event.process.pid == pid; });
  }

  ProcessRecorder recorder_;
  std::unique_ptr<platform::ProcessEvents> events_;
};

TEST_F(ProcessLife, NothingOfManyShortLivesIsLost) {
  std::vector<pid_t> pids;
  for (int i = 0; i < kMany; ++i) {
    const pid_t pid = Spawn("/bin/true", {"true", "number", std::to_string(i)});
    ASSERT_GT(pid, 0);
    ::waitpid(pid, nullptr, 0);
    pids.push_back(pid);
  }
  events_->Stop();
  int complete = 0;
  for (const auto& event : recorder_.executed()) {
    const bool mine = event.parent.pid == ::getpid() && event.arguments.size() == 3;
    if (mine && event.exe == "/usr/bin/true" && recorder_.StoryOf(event.process).size() == 3) ++complete;
  }
  EXPECT_EQ(complete, kMany);
  EXPECT_EQ(events_->counts().lost, 0U);
  EXPECT_EQ(recorder_.gaps(), 0U);
}

TEST_F(ProcessLife, CutsLongArgumentsAt4096Bytes) {
  const pid_t pid = Spawn("/bin/true", {"true", std::string(3000, 'a'), std::string(3000, 'b')});
  ::waitpid(pid, nullptr, 0);
  const auto executed = AwaitProgramOf(pid);
  ASSERT_TRUE(executed);
  ASSERT_EQ(executed->arguments.size(), 3U);
  EXPECT_EQ(executed->arguments[1], std::string(3000, 'a'));
  EXPECT_EQ(executed->arguments[2], std::string(4096 - 5 - 3001, 'b'));
  EXPECT_EQ(executed->exe, "/usr/bin/true");
}

TEST_F(ProcessLife, KeepsEmptyArguments) {
  const pid_t pid = Spawn("/bin/true", {"true", "", "x", ""});
  ::waitpid(pid, nullptr, 0);
  const auto executed = AwaitProgramOf(pid);
  ASSERT_TRUE(executed);
  EXPECT_THAT(executed->arguments, testing::ElementsAre("true", "", "x", ""));
}

TEST_F(ProcessLife, FindsThePathOfAProgramOnAnotherMountInADeepFolder) {
  std::filesystem::path folder = "/dev/shm/vigie-" + std::to_string(::getpid());
  const auto top = folder;
  for (int i = 0; i < 20; ++i) folder /= "folder-" + std::to_string(i);
  std::filesystem::create_directories(folder);
  const auto program = folder / "program with a name";
  std::filesystem::copy_file("/bin/true", program);
  const pid_t pid = Spawn(program, {"x"});
  ::waitpid(pid, nullptr, 0);
  const auto executed = AwaitProgramOf(pid);
  std::filesystem::remove_all(top);
  ASSERT_TRUE(executed);
  EXPECT_EQ(executed->exe, program);
}

TEST_F(ProcessLife, SaysWhichControlGroupAndLoginAProcessHas) {
  const pid_t pid = Spawn("/bin/true", {"true"});
  ::waitpid(pid, nullptr, 0);
  const auto executed = AwaitProgramOf(pid);
  ASSERT_TRUE(executed);
  EXPECT_NE(executed->cgroup, 0U);
  std::uint32_t login = 0;
  std::FILE* const file = std::fopen("/proc/self/loginuid", "r");
  if (file == nullptr) GTEST_SKIP() << "this kernel has no audit";
  EXPECT_EQ(std::fscanf(file, "%u", &login), 1);
  std::fclose(file);
  EXPECT_EQ(executed->login_uid, login);
}

}  // namespace
}  // namespace vigie::test
