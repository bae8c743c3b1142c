// What every WorkerLauncher promises (platform/worker_process.h).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "platform/fake/fake_worker_launcher.h"
#include "platform/linux/linux_platform.h"
#include "platform/memory_file.h"
#include "tests/contract/platform/scripted_worker.h"

namespace vigie::platform {
namespace {

using base::Deadline;
using base::ErrorCode;

Deadline Soon() {
  return Deadline::After(std::chrono::seconds(60));
}
Deadline AtOnce() {
  return Deadline::After(std::chrono::milliseconds(1));
}

struct Processes {
  static std::unique_ptr<WorkerLauncher> Make() { return MakeWorkerLauncher(); }
};
struct Threads {
  static std::unique_ptr<WorkerLauncher> Make() { return std::make_unique<FakeWorkerLauncher>(RunScriptedWorker); }
};

template <typename Body>
class WorkerLauncherContract : public ::testing::Test {
 protected:
  void SetUp() override {
    launcher_ = Body::Make();
    worker_ = Launch();
    ASSERT_NE(worker_, nullptr);
  }

  std::unique_ptr<WorkerProcess> Launch() {
    auto launched = launcher_->Launch(VIGIE_TEST_WORKER, {});
    EXPECT_TRUE(launched);
    return launched ? *std::move(launched) : nullptr;
  }

  WorkerSocket& socket() { return worker_->socket(); }

  std::string Ask(std::string bytes) {
    if (!socket().Send({std::move(bytes), {}}, Soon())) return "not sent";
    auto answer = socket().Receive(Soon());
    return answer ? std::move(answer->bytes) : answer.error().message;
  }

  std::unique_ptr<WorkerLauncher> launcher_;
  std::unique_ptr<WorkerProcess> worker_;
};

using Bodies = ::testing::Types<Processes, Threads>;
TYPED_TEST_SUITE(WorkerLauncherContract, Bodies);

TYPED_TEST(WorkerLauncherContract, KeepsMessagesApartAndInOrder) {
  for (const char* text : {"echo one", "echo two", "echo "}) ASSERT_TRUE(this->socket().Send({text, {}}, Soon()));
  for (const char* text : {"one", "two", ""}) {
    const auto answer = this->socket().Receive(Soon());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->bytes, text);
  }
}

TYPED_TEST(WorkerLauncherContract, CarriesTheLargestMessageBothWays) {
  std::string largest = "echo ";
  for (std::size_t i = 0; largest.size() < kMaxWorkerMessage; ++i) largest += static_cast<char>(i % 251);
  EXPECT_TRUE(this->Ask(largest) == largest.substr(5)) << "16 MiB came back changed";
}

TYPED_TEST(WorkerLauncherContract, RefusesALargerMessageAndStaysUsable) {
  const auto sent = this->socket().Send({std::string(kMaxWorkerMessage + 1, 'x'), {}}, Soon());
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(this->Ask("echo fine"), "fine");
}

TYPED_TEST(WorkerLauncherContract, PassesDescriptorsToTheWorker) {
  auto file = MakeMemoryFile("content of the file");
  ASSERT_TRUE(file);
  WorkerMessage message{"read", {}};
  message.descriptors.push_back(*std::move(file));
  ASSERT_TRUE(this->socket().Send(message, Soon()));
  EXPECT_TRUE(message.descriptors.front()) << "the sender keeps its own";
  const auto answer = this->socket().Receive(Soon());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->bytes, "content of the file");
}

TYPED_TEST(WorkerLauncherContract, PassesEightDescriptorsBackAndRefusesNine) {
  WorkerMessage message{"echo all", {}};
  for (int i = 0; i < 8; ++i) message.descriptors.push_back(*MakeMemoryFile("x"));
  ASSERT_TRUE(this->socket().Send(message, Soon()));
  const auto answer = this->socket().Receive(Soon());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->bytes, "all");
  EXPECT_EQ(answer->descriptors.size(), 8U);
  message.descriptors.push_back(*MakeMemoryFile("x"));
  const auto sent = this->socket().Send(message, Soon());
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::kInvalidArgument);
}

TYPED_TEST(WorkerLauncherContract, WaitsForASilentWorkerUntilTheDeadlineOnly) {
  ASSERT_TRUE(this->socket().Send({"silent", {}}, Soon()));
  const auto answer = this->socket().Receive(AtOnce());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kDeadlineExceeded);
  EXPECT_EQ(this->Ask("echo later"), "later");
}

TYPED_TEST(WorkerLauncherContract, TellsThatTheWorkerHasDied) {
  ASSERT_TRUE(this->socket().Send({"die", {}}, Soon()));
  const auto answer = this->socket().Receive(Soon());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
  const auto sent = this->socket().Send({"echo x", {}}, Soon());
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::kUnavailable);
}

TYPED_TEST(WorkerLauncherContract, KillsAHangingWorkerAndWakesWhoWaitsForIt) {
  ASSERT_TRUE(this->socket().Send({"hang", {}}, Soon()));
  std::jthread waiter([this] {
    const auto answer = this->socket().Receive(Soon());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
  });
  this->worker_->Kill();
  waiter.join();
  this->worker_->Kill();
}

TYPED_TEST(WorkerLauncherContract, EndsAHangingWorkerByDestroyingIt) {
  ASSERT_TRUE(this->socket().Send({"hang", {}}, Soon()));
  this->worker_.reset();
}

TYPED_TEST(WorkerLauncherContract, KeepsWorkersApart) {
  const auto other = this->Launch();
  ASSERT_NE(other, nullptr);
  EXPECT_NE(other->pid(), this->worker_->pid());
  this->worker_->Kill();
  ASSERT_TRUE(other->socket().Send({"echo alive", {}}, Soon()));
  const auto answer = other->socket().Receive(Soon());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->bytes, "alive");
}

TYPED_TEST(WorkerLauncherContract, LaunchesFromSeveralThreads) {
  std::vector<std::unique_ptr<WorkerProcess>> workers(4);
  {
    std::vector<std::jthread> threads;
    for (auto& worker : workers) threads.emplace_back([this, &worker] { worker = this->Launch(); });
  }
  for (const auto& worker : workers) {
    ASSERT_NE(worker, nullptr);
    ASSERT_TRUE(worker->socket().Send({"echo x", {}}, Soon()));
    EXPECT_TRUE(worker->socket().Receive(Soon()));
  }
}

}  // namespace
}  // namespace vigie::platform
