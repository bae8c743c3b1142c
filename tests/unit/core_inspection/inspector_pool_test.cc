#include "core/inspection/inspector_pool.h"

#include <atomic>
#include <cstdio>
#include <thread>

#include "core/inspection/inspector_protocol.h"
#include "core/inspection/inspector_worker.h"
#include "platform/fake/fake_file_system.h"
#include "platform/fake/fake_worker_launcher.h"

namespace vigie::inspection {
namespace {

using platform::FakeWorkerLauncher;
using platform::WorkerBody;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

base::Deadline Soon() {
  return base::Deadline::After(std::chrono::seconds(20));
}
base::Deadline VerySoon() {
  return base::Deadline::After(std::chrono::milliseconds(100));
}

std::string ReplyWith(v1::Evaluated evaluated, bool retiring = false) {
  v1::InspectorReply reply;
  reply.mutable_inspection()->set_evaluated(evaluated);
  reply.set_retiring(retiring);
  return EncodeReply(reply);
}

void Answer(platform::WorkerSocket& socket, const std::string& bytes) {
  (void)socket.Send({.bytes = bytes, .descriptors = {}}, Soon());
}

// Is set up, then answers `files` files with `bytes`, then dies on the next one.
WorkerBody ServesThenDies(int files, std::string bytes) {
  return [files, bytes](platform::WorkerSocket& socket, const std::stop_token&) {
    if (!socket.Receive(Soon())) return;
    Answer(socket, "");
    for (int i = 0; i < files; ++i) {
      if (!socket.Receive(Soon())) return;
      Answer(socket, bytes);
    }
    (void)socket.Receive(Soon());
  };
}

WorkerBody Serves() {
  return ServesThenDies(1'000'000, ReplyWith(v1::EVALUATED_FULL));
}
WorkerBody DiesOnItsFirstFile() {
  return ServesThenDies(0, "");
}

// Is set up, then takes files and says nothing until it is killed.
WorkerBody HangsOnItsFirstFile() {
  return [](platform::WorkerSocket& socket, const std::stop_token& killed) {
    if (!socket.Receive(Soon())) return;
    Answer(socket, "");
    while (!killed.stop_requested() && socket.Receive(Soon())) {
    }
  };
}

WorkerBody RefusesSetup(const std::string& reason) {
  v1::InspectorReply reply;
  reply.set_setup_error(reason);
  return platform::AnsweringWorker(EncodeReply(reply));
}

// A file with some bytes.
class OpenFile {
 public:
  explicit OpenFile(std::string_view content) : file_(std::tmpfile()), descriptor_(fileno(file_)) {
    std::fwrite(content.data(), 1, content.size(), file_);
    std::fflush(file_);
  }
  ~OpenFile() {
    (void)descriptor_.Release();
    std::fclose(file_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  const base::FileDescriptor& get() const { return descriptor_; }

 private:
  std::FILE* file_;
  base::FileDescriptor descriptor_;
};

class InspectorPoolTest : public ::testing::Test {
 protected:
  base::Result<std::unique_ptr<InspectorPool>> Create(std::size_t processes = 1, bool prove = true,
                                                      std::size_t kept_ready = 0) {
    return InspectorPool::Create({.executable = "vigie-inspector",
                                  .processes = processes,
                                  .prove_ready = prove,
                                  .kept_ready = kept_ready,
                                  .indexes = indexes_,
                                  .budget = {},
                                  .on_worker_started = [this](std::int32_t pid) { last_pid_ = pid; }},
                                 launcher_, files_);
  }
  std::unique_ptr<InspectorPool> CreateGood(std::size_t processes = 1) {
    auto pool = Create(processes);
    EXPECT_TRUE(pool) << pool.error().message;
    return *std::move(pool);
  }

  std::vector<IndexFile> indexes_;
  std::atomic<std::int32_t> last_pid_ = 0;
  FakeWorkerLauncher launcher_{Serves()};
  platform::FakeFileSystem files_;
  OpenFile file_{"hello"};
};

TEST_F(InspectorPoolTest, StartsOneWorkerAndKeepsIt) {
  const auto pool = CreateGood(4);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(pool->Inspect(file_.get(), Soon()).evaluated(), v1::EVALUATED_FULL);
  EXPECT_EQ(launcher_.launches().size(), 1U);
  EXPECT_EQ(launcher_.launches()[0].executable, "vigie-inspector");
  EXPECT_EQ(launcher_.launches()[0].pid, last_pid_);
  EXPECT_EQ(pool->counts().inspected, 10U);
  EXPECT_EQ(pool->counts().restarts, 0U);
}

// Waits until so many were started.
bool Started(const FakeWorkerLauncher& launcher, std::size_t workers) {
  const auto deadline = Soon();
  while (launcher.launches().size() < workers && !deadline.expired()) std::this_thread::yield();
  return launcher.launches().size() == workers;
}

TEST_F(InspectorPoolTest, StartsNothingBeforeTheFirstFileIfToldSo) {
  const auto pool = Create(1, false);
  ASSERT_TRUE(pool);
  EXPECT_TRUE(launcher_.launches().empty());
  EXPECT_EQ((*pool)->Inspect(file_.get(), Soon()).evaluated(), v1::EVALUATED_FULL);
}

TEST_F(InspectorPoolTest, KeepsWorkersReadyBeforeAnybodyAsks) {
  launcher_.ScriptNext(ServesThenDies(1, ReplyWith(v1::EVALUATED_FULL, true)));
  const auto pool = Create(2, true, 2);
  ASSERT_TRUE(pool);
  EXPECT_TRUE(Started(launcher_, 2));
  for (int i = 0; i < 3; ++i) EXPECT_EQ((*pool)->Inspect(file_.get(), Soon()).evaluated(), v1::EVALUATED_FULL);
  EXPECT_TRUE(Started(launcher_, 3)) << "one that retires is replaced at once";
}

TEST_F(InspectorPoolTest, EndsWhatIsUnderWayWhenItIsAbandoned) {
  launcher_.ScriptNext(HangsOnItsFirstFile());
  const auto pool = CreateGood();
  std::thread somebody([&] { EXPECT_EQ(pool->Inspect(file_.get(), Soon()).evaluated(), v1::EVALUATED_NONE); });
  while (pool->counts().inspected == 0) std::this_thread::yield();
  const auto begin = std::chrono::steady_clock::now();
  pool->Abandon();
  somebody.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10)) << "it has not waited for the deadline";
  EXPECT_EQ(pool->Inspect(file_.get(), Soon()).evaluated(), v1::EVALUATED_NONE);
  EXPECT_EQ(launcher_.launches().size(), 1U);
}

TEST_F(InspectorPoolTest, DetectorsOfANewPolicyReachTheNextFile) {
  const auto pool = CreateGood();
  google::protobuf::RepeatedPtrField<v1::UserDetector> detectors;
  detectors.Add()->set_id("staff_number");
  pool->UseDetectors(detectors);
  EXPECT_EQ(pool->Inspect(file_.get(), Soon()).evaluated(), v1::EVALUATED_FULL);
  EXPECT_EQ(launcher_.launches().size(), 2U) << "the worker of the old policy is replaced";
  pool->UseDetectors(detectors);
  EXPECT_EQ(pool->Inspect(file_.get(), Soon()).evaluated(), v1::EVALUATED_FULL);
  EXPECT_EQ(launcher_.launches().size(), 2U) << "the same detectors need no other worker";
  EXPECT_EQ(pool->counts().restarts, 0U);
}

TEST_F(InspectorPoolTest, AWorkerThatDiesIsReplacedAndTheFileGivenOnceMore) {
  launcher_.ScriptNext(DiesOnItsFirstFile());
  const auto pool = CreateGood();
  EXPECT_EQ(pool->Inspect(file_.get(), Soon()).evaluated(), v1::EVALUATED_FULL);
  EXPECT_EQ(pool->counts().restarts, 1U);
  EXPECT_EQ(pool->counts().failures, 0U);
  EXPECT_EQ(launcher_.launches().size(), 2U);
}

TEST_F(InspectorPoolTest, AFileThatKillsTwoWorkersIsNotEvaluated) {
  launcher_.ScriptNext(DiesOnItsFirstFile());
  launcher_.ScriptNext(DiesOnItsFirstFile());
  const auto pool = CreateGood();
  const auto inspection = pool->Inspect(file_.get(), Soon());
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_NONE);
  EXPECT_THAT(inspection.reasons(), ElementsAre(v1::REASON_INSPECTOR_FAILED));
  EXPECT_EQ(inspection.bytes(), 5U);
  EXPECT_EQ(pool->counts().restarts, 2U);
  EXPECT_EQ(pool->counts().failures, 1U);
  EXPECT_EQ(pool->Inspect(file_.get(), Soon()).evaluated(), v1::EVALUATED_FULL) << "the next file is not harmed";
}

TEST_F(InspectorPoolTest, ALateWorkerIsKilledAndReplaced) {
  launcher_.ScriptNext(HangsOnItsFirstFile());
  const auto pool = CreateGood();
  const auto inspection = pool->Inspect(file_.get(), VerySoon());
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_NONE);
  EXPECT_THAT(inspection.reasons(), ElementsAre(v1::REASON_TIMED_OUT));
  EXPECT_EQ(pool->counts().restarts, 1U);
  EXPECT_EQ(pool->Inspect(file_.get(), Soon()).evaluated(), v1::EVALUATED_FULL);
}

TEST_F(InspectorPoolTest, AMalformedReplyIsADeath) {
  launcher_.ScriptNext(ServesThenDies(1, "rubbish"));
  launcher_.ScriptNext(ServesThenDies(1, ReplyWith(v1::EVALUATED_UNSPECIFIED)));
  const auto pool = CreateGood();
  const auto inspection = pool->Inspect(file_.get(), Soon());
  EXPECT_THAT(inspection.reasons(), ElementsAre(v1::REASON_INSPECTOR_FAILED));
  EXPECT_EQ(launcher_.launches().size(), 2U);
}

TEST_F(InspectorPoolTest, AWorkerThatRetiresIsNoFailure) {
  launcher_.ScriptNext(ServesThenDies(1, ReplyWith(v1::EVALUATED_FULL, true)));
  const auto pool = CreateGood();
  EXPECT_EQ(pool->Inspect(file_.get(), Soon()).evaluated(), v1::EVALUATED_FULL);
  EXPECT_EQ(pool->Inspect(file_.get(), Soon()).evaluated(), v1::EVALUATED_FULL);
  EXPECT_EQ(launcher_.launches().size(), 2U);
  EXPECT_EQ(pool->counts().restarts, 0U);
}

TEST_F(InspectorPoolTest, WaitsForAFreeWorkerNoLongerThanTheDeadline) {
  launcher_.ScriptNext(HangsOnItsFirstFile());
  const auto pool = CreateGood(1);
  std::jthread busy([&] { (void)pool->Inspect(file_.get(), base::Deadline::After(std::chrono::seconds(2))); });
  const auto inspection = pool->Inspect(file_.get(), VerySoon());
  EXPECT_THAT(inspection.reasons(), ElementsAre(v1::REASON_TIMED_OUT));
}

TEST_F(InspectorPoolTest, StartsMoreWorkersWhileOthersAreBusyUpToTheirNumber) {
  const auto pool = CreateGood(3);
  std::vector<std::jthread> callers;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&] {
      for (int k = 0; k < 50; ++k) EXPECT_EQ(pool->Inspect(file_.get(), Soon()).evaluated(), v1::EVALUATED_FULL);
    });
  }
  callers.clear();
  EXPECT_LE(launcher_.launches().size(), 3U);
  EXPECT_EQ(pool->counts().inspected, 400U);
}

TEST_F(InspectorPoolTest, FailsQuicklyAndWithoutBusyLoopWhileWorkersCannotBeStarted) {
  launcher_.ScriptNext(DiesOnItsFirstFile());
  for (int i = 0; i < 100; ++i) launcher_.FailNext({base::ErrorCode::kNotFound, "no such program"});
  const auto pool = CreateGood();
  for (int i = 0; i < 50; ++i) {
    EXPECT_THAT(pool->Inspect(file_.get(), Soon()).reasons(), ElementsAre(v1::REASON_INSPECTOR_FAILED));
  }
  EXPECT_LT(launcher_.launches().size(), 10U) << "starts are spaced out";
}

TEST_F(InspectorPoolTest, TriesAgainAfterADelay) {
  launcher_.ScriptNext(DiesOnItsFirstFile());
  launcher_.FailNext({base::ErrorCode::kNotFound, "no such program"});
  const auto pool = CreateGood();
  const auto give_up = Soon();
  auto evaluated = v1::EVALUATED_NONE;
  while (evaluated != v1::EVALUATED_FULL && !give_up.expired()) {
    evaluated = pool->Inspect(file_.get(), Soon()).evaluated();
  }
  EXPECT_EQ(evaluated, v1::EVALUATED_FULL);
}

TEST_F(InspectorPoolTest, CreationNamesWhatIsWrong) {
  launcher_.ScriptNext(RefusesSetup("this kernel has no seccomp filters"));
  const auto refused = Create();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("this kernel has no seccomp filters"));
  launcher_.FailNext({base::ErrorCode::kNotFound, "no such program"});
  const auto missing = Create();
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("vigie-inspector: no such program"));
}

TEST_F(InspectorPoolTest, CreationRefusesIndexesAndKeysThatAreNone) {
  indexes_ = {{.file = "/customers.index", .key_file = "/customers.key"}};
  const auto missing = Create();
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("/customers.index"));
  ASSERT_TRUE(files_.WriteFileDurably("/customers.index", "index", 0600));
  ASSERT_TRUE(files_.WriteFileDurably("/customers.key", std::string(31, 'k'), 0600));
  const auto short_key = Create();
  ASSERT_FALSE(short_key);
  EXPECT_THAT(short_key.error().message, HasSubstr("/customers.key"));
  ASSERT_TRUE(files_.WriteFileDurably("/customers.key", std::string(32, 'k'), 0640));
  const auto open_to_others = Create();
  ASSERT_FALSE(open_to_others);
  EXPECT_THAT(open_to_others.error().message, HasSubstr("chmod 600 /customers.key"));
  ASSERT_TRUE(files_.WriteFileDurably("/customers.key", std::string(32, 'k'), 0600));
  EXPECT_TRUE(Create());
}

}  // namespace
}  // namespace vigie::inspection
