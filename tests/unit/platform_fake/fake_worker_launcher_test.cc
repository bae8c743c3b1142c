// What the fake has beyond the contract: workers that misbehave as told.
#include "platform/fake/fake_worker_launcher.h"

#include <gtest/gtest.h>

#include <chrono>

namespace vigie::platform {
namespace {

using base::Deadline;
using base::ErrorCode;

Deadline Soon() {
  return Deadline::After(std::chrono::seconds(60));
}

base::Result<WorkerMessage> Ask(WorkerProcess& worker) {
  if (auto sent = worker.socket().Send({"question", {}}, Soon()); !sent) return sent.error();
  return worker.socket().Receive(Soon());
}

TEST(FakeWorkerLauncher, RunsScriptedWorkersInTurnAndThenTheUsualOne) {
  FakeWorkerLauncher launcher(AnsweringWorker("usual"));
  launcher.ScriptNext(AnsweringWorker("first"));
  launcher.FailNext({ErrorCode::kNotFound, "no such program"});
  launcher.ScriptNext(DyingWorker(1));
  const auto first = launcher.Launch("/bin/inspector", {"--index"});
  EXPECT_EQ(Ask(**first)->bytes, "first");
  const auto second = launcher.Launch("/bin/inspector", {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kNotFound);
  const auto third = launcher.Launch("/bin/inspector", {});
  EXPECT_EQ(Ask(**third).error().code, ErrorCode::kUnavailable);
  const auto fourth = launcher.Launch("/bin/inspector", {});
  EXPECT_EQ(Ask(**fourth)->bytes, "usual");
}

TEST(FakeWorkerLauncher, RemembersWhatWasLaunched) {
  FakeWorkerLauncher launcher(HangingWorker());
  const auto worker = launcher.Launch("/bin/inspector", {"a", "b"});
  ASSERT_TRUE(worker);
  const auto launches = launcher.launches();
  ASSERT_EQ(launches.size(), 1U);
  EXPECT_EQ(launches[0].executable, "/bin/inspector");
  EXPECT_EQ(launches[0].arguments, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(launches[0].pid, (*worker)->pid());
}

TEST(FakeWorkerLauncher, HangingWorkerAnswersNothingAndEndsWhenKilled) {
  FakeWorkerLauncher launcher(HangingWorker());
  const auto worker = launcher.Launch("/bin/inspector", {});
  ASSERT_TRUE((*worker)->socket().Send({"question", {}}, Soon()));
  const auto answer = (*worker)->socket().Receive(Deadline::After(std::chrono::milliseconds(1)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kDeadlineExceeded);
  (*worker)->Kill();
}

}  // namespace
}  // namespace vigie::platform
