// The whole agent on a kernel with BPF LSM: what no question at an open could stop is refused, and told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "agent/spool/event_spool.h"
#include "platform/base/clock.h"
#include "platform/linux/linux_platform.h"
#include "tests/contract/write_guard/scratch_mount.h"
#include "tests/contract/write_guard/write_actor.h"

namespace vigie::test {
namespace {

constexpr auto kPatience = std::chrono::seconds(240);  // of an emulated machine
constexpr const char* kRefused = "E1";

std::string WhyNot() {
  if (::geteuid() != 0) return "needs root";
  if (std::getenv("VIGIE_BIN_DIR") == nullptr) return "VIGIE_BIN_DIR does not say where vigie-agent is";
  const auto usable = platform::MakeWriteGuard(platform::LoadKernelPrograms())->SetPlaces({});
  return usable ? "" : usable.error().message;
}

class AgentWithWriteGuard : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string reason = WhyNot(); !reason.empty()) GTEST_SKIP() << reason;
    WriteText(stick_ / "known", "");
    WriteText(state_ / "policy.yaml",
              "version: 1\nrules:\n  - id: accounts-to-media\n"
              "    when: {channels: [removable_media], classes: [iban]}\n    action: block\n");
    WriteText(state_ / "agent.yaml",
              "collector: {address: '127.0.0.1:9', insecure_loopback: true}\nstate: " + state_ / "agent" +
                  "\nwatch: ['" + home_.path() + "']\npolicy: " + state_ / "policy.yaml" +
                  "\nremovable: {mount_points: ['" + stick_.path() + "']}\n");
    other_ = BeginOther();
    const std::string program = std::string(std::getenv("VIGIE_BIN_DIR")) + "/vigie-agent";
    agent_ = std::make_unique<RealProcess>(
        program, std::vector<std::string>{"vigie-agent", "--config", state_ / "agent.yaml", "--insecure-loopback"});
  }

  // Once the agent watches. A symbolic link carries a text, and nobody opens it.
  bool ReadMakesACarrier(WriteActor& reader) {
    const auto deadline = base::Deadline::After(kPatience);
    while (!deadline.expired()) {
      WriteText(home_ / "accounts.txt", "Pay to DE89 3704 0044 0532 0130 00, account of Erika Beispiel.\n");
      if (reader.Do("look " + home_ / "accounts.txt") != "ok") return false;
      if (reader.Do("symlink " + stick_ / "text") == kRefused) return true;
      std::filesystem::remove(stick_ / "text");
      std::this_thread::sleep_for(std::chrono::milliseconds(500));
    }
    return false;
  }

  // Reads the carrier's answers over a pipe and so carries itself, as does whom it gives commands over another:
  // somebody else is needed, who was there before and waits for a file.
  pid_t BeginOther() {
    const std::string go = home_ / "go";
    const std::string known = stick_ / "known";
    const std::string moved = stick_ / "moved";
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (::access(go.c_str(), F_OK) != 0) ::usleep(100'000);
    ::_exit(::rename(known.c_str(), moved.c_str()) == 0 ? 0 : 1);
  }
  bool OtherWrites() {
    WriteText(home_ / "go", "");
    int status = 0;
    return ::waitpid(other_, &status, 0) == other_ && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

  // What the agent has told, once it has stopped.
  std::vector<v1::Event> Told() {
    ::kill(agent_->id().pid, SIGTERM);
    agent_->Finish();
    const base::SystemClock clock;
    const auto spool = agent::spool::EventSpool::Open(state_ / "agent/spool.db", {.agent_id = "reader"}, clock);
    if (!spool) return {};
    return (*spool)->Remembered().value();
  }

  ScratchMount stick_;
  ScratchMount home_;
  ScratchMount state_;
  std::unique_ptr<RealProcess> agent_;
  pid_t other_ = 0;
};

// What this kernel's verifier takes is another matter than what the next one's does.
TEST(KernelWithLsm, RunsEveryProgramOfBothObjects) {
  if (const std::string reason = WhyNot(); !reason.empty()) GTEST_SKIP() << reason;
  const auto programs = platform::LoadKernelPrograms();
  EXPECT_EQ(platform::MakeProcessEvents(programs)->source(), "bpf");
  EXPECT_THAT(platform::MakeProcessEvents(programs)->degradations(), testing::IsEmpty());
  EXPECT_THAT(platform::MakeNetworkGuard(programs)->degradations(), testing::IsEmpty());
  EXPECT_THAT(platform::MakeWriteGuard(programs)->degradations(), testing::IsEmpty());
}

TEST_F(AgentWithWriteGuard, ACarrierMakesAndRenamesNothingOnAMediumAndThatIsTold) {
  WriteActor reader;
  ASSERT_TRUE(ReadMakesACarrier(reader)) << "whoever had read it could write to the medium";
  EXPECT_EQ(reader.Do("rename " + stick_ / "known " + stick_ / "renamed"), kRefused);
  EXPECT_EQ(reader.Do("create " + stick_ / "new"), kRefused);
  EXPECT_FALSE(std::filesystem::exists(stick_ / "new")) << "not even an empty file";
  EXPECT_TRUE(OtherWrites()) << "who has read nothing is in nobody's way";
  const auto told = Told();
  for (const std::string& path : {stick_ / "text", stick_ / "renamed", stick_ / "new"}) {
    const auto refusal =
        std::ranges::find_if(told, [&](const v1::Event& event) { return event.activity().file().path() == path; });
    ASSERT_NE(refusal, told.end()) << path;
    EXPECT_EQ(refusal->verdict(), v1::VERDICT_BLOCK);
    EXPECT_EQ(refusal->activity().channel(), v1::CHANNEL_REMOVABLE_MEDIA);
    EXPECT_EQ(refusal->activity().process().pid(), reader.id().pid);
    EXPECT_EQ(refusal->rule(), "accounts-to-media");
    EXPECT_FALSE(refusal->late());
  }
}

}  // namespace
}  // namespace vigie::test
