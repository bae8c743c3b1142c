// What every body of platform/process_events.h must do, and the fake with it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "tests/contract/kernel_sensors/process_recorder.h"
#include "tests/contract/kernel_sensors/process_world.h"

namespace vigie::test {
namespace {

using platform::ProcessExecuted;
using testing::ElementsAre;

const std::string kProgram = "/usr/bin/cat";

class ProcessEventsContract : public testing::TestWithParam<NamedProcessWorld> {
 protected:
  void SetUp() override {
    world_ = GetParam().make();
    const std::string reason = world_->SkipReason();
    if (!reason.empty()) GTEST_SKIP() << reason;
  }

  void Start() {
    const auto started = world_->events().Start(recorder_);
    ASSERT_TRUE(started) << started.error().message;
  }

  std::optional<ProcessExecuted> AwaitProgramOf(const Life& life) {
    return recorder_.AwaitExecuted([&](const auto& event) { return event.process == life.process; });
  }

  ProcessRecorder recorder_;  // outlives the sensor
  std::unique_ptr<ProcessWorld> world_;
};

TEST_P(ProcessEventsContract, TellsTheWholeLifeOfAProcessInItsOrder) {
  Start();
  const Life life = world_->Begin(kProgram, {"cat", "-"});
  ASSERT_TRUE(AwaitProgramOf(life));
  world_->End(life);
  ASSERT_TRUE(recorder_.AwaitEnded(life.process.pid));
  EXPECT_THAT(recorder_.StoryOf(life.process), ElementsAre("fork", "exec", "end"));
}

TEST_P(ProcessEventsContract, NamesProcessesByPidAndStart) {
  Start();
  const Life life = world_->Begin(kProgram, {"cat", "-"});
  const auto forked = recorder_.AwaitForked(life.process.pid);
  ASSERT_TRUE(forked);
  EXPECT_EQ(forked->child, life.process);
  EXPECT_EQ(forked->parent, life.parent);
  EXPECT_NE(life.process.start_time, 0U);
}

TEST_P(ProcessEventsContract, WhoHasCaughtUpHasHeardOfAllUntilNow) {
  Start();
  const auto before = std::chrono::system_clock::now();
  const Life life = world_->Begin(kProgram, {"cat", "-"});
  std::vector<platform::ProcessId> children;
  const auto note = [&](const platform::ProcessForked& fork) { children.push_back(fork.child); };
  const bool can = world_->events().source() != "proc connector";
  bool caught_up = false;  // the sensor's own thread may be telling just now
  const auto patience = base::Deadline::After(std::chrono::seconds(20));
  while (can && !caught_up && !patience.expired()) caught_up = world_->events().CatchUp(note);
  const bool told = !recorder_.StoryOf(life.process).empty();
  const auto forked = recorder_.AwaitForked(life.process.pid);
  ASSERT_TRUE(forked);
  const bool timed = forked->at != base::SystemTime();
  EXPECT_TRUE(!timed || forked->at >= before - std::chrono::milliseconds(1));
  if (!can) GTEST_SKIP() << "the proc connector cannot be read ahead";
  ASSERT_TRUE(caught_up);
  EXPECT_TRUE(told || std::ranges::find(children, life.process) != children.end());
  EXPECT_EQ(std::ranges::count(recorder_.StoryOf(life.process), "fork"), 1) << "in its turn, once";
}

TEST_P(ProcessEventsContract, SaysWhatRunsAndForWhom) {
  const auto before = std::chrono::system_clock::now();
  Start();
  const Life life = world_->Begin(kProgram, {"cat", "-u", "with two words", "-"});
  const auto executed = AwaitProgramOf(life);
  ASSERT_TRUE(executed);
  EXPECT_EQ(executed->parent, life.parent);
  EXPECT_EQ(executed->exe, kProgram);
  EXPECT_THAT(executed->arguments, ElementsAre("cat", "-u", "with two words", "-"));
  EXPECT_EQ(executed->uid, ::getuid());
  EXPECT_GE(executed->at, before - std::chrono::milliseconds(20));
  EXPECT_LE(executed->at, std::chrono::system_clock::now() + std::chrono::milliseconds(20));
}

TEST_P(ProcessEventsContract, SaysWhichPipesAProgramStandsBetween) {
  Start();
  const Life life = world_->Begin(kProgram, {"cat", "-"});
  const auto executed = AwaitProgramOf(life);
  ASSERT_TRUE(executed);
  EXPECT_EQ(executed->input_pipe, life.input_pipe);
  EXPECT_EQ(executed->output_pipe, life.output_pipe);
}

TEST_P(ProcessEventsContract, ProducedIsDeliveredAndCoalescedAndLost) {
  Start();
  for (int i = 0; i < 20; ++i) {
    const Life life = world_->Begin(kProgram, {"cat", "-"});
    ASSERT_TRUE(AwaitProgramOf(life));
    world_->End(life);
  }
  world_->events().Stop();
  const auto counts = world_->events().counts();
  EXPECT_GE(counts.produced, 60U);
  EXPECT_EQ(counts.produced, counts.delivered + counts.coalesced + counts.lost);
  EXPECT_EQ(counts.delivered, recorder_.events());
}

TEST_P(ProcessEventsContract, SaysNothingAfterStop) {
  Start();
  world_->events().Stop();
  const auto events = recorder_.events();
  const auto counts = world_->events().counts();
  const Life life = world_->Begin(kProgram, {"cat", "-"});
  world_->End(life);
  world_->events().Stop();  // once more does no harm
  EXPECT_EQ(recorder_.events(), events);
  EXPECT_EQ(world_->events().counts().produced, counts.produced);
}

TEST_P(ProcessEventsContract, StartsOnce) {
  Start();
  const auto again = world_->events().Start(recorder_);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, base::ErrorCode::kFailedPrecondition);
  world_->events().Stop();
  EXPECT_FALSE(world_->events().Start(recorder_));
}

INSTANTIATE_TEST_SUITE_P(Bodies, ProcessEventsContract,
                         testing::Values(NamedProcessWorld{"Fake", MakeFakeProcessWorld},
                                         NamedProcessWorld{"Bpf", MakeBpfProcessWorld},
                                         NamedProcessWorld{"ProcConnector", MakeProcConnectorWorld}),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace vigie::test
