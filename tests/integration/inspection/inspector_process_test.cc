// The real vigie-inspector in its real sandbox, killed and stopped at bad moments.
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "core/inspection/inspector_pool.h"
#include "platform/linux/linux_platform.h"

namespace vigie::inspection {
namespace {

using ::testing::ElementsAre;

base::Deadline Within(int seconds) {
  return base::Deadline::After(std::chrono::seconds(seconds));
}

std::string InspectorPath() {
  const char* const directory = std::getenv("VIGIE_BIN_DIR");
  return std::string(directory == nullptr ? "bin" : directory) + "/vigie-inspector";
}

class OpenFile {
 public:
  OpenFile() : file_(std::tmpfile()), descriptor_(fileno(file_)) {}
  explicit OpenFile(const std::string& content) : OpenFile() { Append(content); }
  ~OpenFile() {
    (void)descriptor_.Release();
    std::fclose(file_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  void Append(const std::string& content) {
    std::fwrite(content.data(), 1, content.size(), file_);
    std::fflush(file_);
  }
  const base::FileDescriptor& get() const { return descriptor_; }

 private:
  std::FILE* file_;
  base::FileDescriptor descriptor_;
};

std::string CustomerCsv(int rows) {
  std::string csv = "name,mail,phone\n";
  for (int i = 0; i < rows; ++i) {
    const auto number = std::to_string(10'000'000 + i);
    csv += "Person " + number + ",person" + number + "@example.com,06" + number + "\n";
  }
  return csv;
}

class InspectorProcessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto pool = InspectorPool::Create({.executable = InspectorPath(),
                                       .processes = 1,
                                       .indexes = {},
                                       .budget = {},
                                       .on_worker_started = [this](std::int32_t pid) { last_started_ = pid; }},
                                      *launcher_, *files_);
    ASSERT_TRUE(pool) << pool.error().message;
    pool_ = *std::move(pool);
  }

  std::atomic<std::int32_t> last_started_ = 0;
  std::unique_ptr<platform::WorkerLauncher> launcher_ = platform::MakeWorkerLauncher();
  std::unique_ptr<platform::FileSystem> files_ = platform::MakeFileSystem();
  std::unique_ptr<InspectorPool> pool_;
};

TEST_F(InspectorProcessTest, CountsWhatIsInAFile) {
  const OpenFile file(CustomerCsv(1584));
  const auto inspection = pool_->Inspect(file.get(), Within(20));
  EXPECT_EQ(inspection.media_type(), "text/csv");
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL);
  ASSERT_EQ(inspection.classes_size(), 2);
  for (const auto& found : inspection.classes()) {
    EXPECT_EQ(found.matches(), 1584U) << found.class_();
    EXPECT_EQ(found.distinct(), 1584U) << found.class_();
  }
}

TEST_F(InspectorProcessTest, TheWorkerIsNotPrivileged) {
  const OpenFile file("hello");
  (void)pool_->Inspect(file.get(), Within(20));
  std::ifstream status("/proc/" + std::to_string(last_started_.load()) + "/status");
  const std::string text((std::istreambuf_iterator<char>(status)), std::istreambuf_iterator<char>());
  for (const auto* line : {"\nCapEff:\t0000000000000000\n", "\nSeccomp:\t2\n", "\nNoNewPrivs:\t1\n"}) {
    EXPECT_THAT(text, ::testing::HasSubstr(line));
  }
}

TEST_F(InspectorProcessTest, ReadsFilesThatItCouldNotOpenItself) {
  // Unlinked and private to us: only the descriptor leads to it.
  const OpenFile file(CustomerCsv(3));
  EXPECT_EQ(pool_->Inspect(file.get(), Within(20)).evaluated(), v1::EVALUATED_FULL);
}

TEST_F(InspectorProcessTest, InspectsBinariesAndLargeTextInsideTheSandbox) {
  using namespace std::string_literals;  // with zeros in it
  const OpenFile binary("\x89PNG\r\n\x1a\n\0\0\0\rIHDR ann@example.com "s);
  const auto partial = pool_->Inspect(binary.get(), Within(20));
  EXPECT_EQ(partial.evaluated(), v1::EVALUATED_PARTIAL);
  EXPECT_EQ(partial.media_type(), "image/png");
  const OpenFile large(CustomerCsv(40'000));  // several windows; more would time out under sanitizers
  EXPECT_EQ(pool_->Inspect(large.get(), Within(60)).classes(0).matches(), 40'000U);
  EXPECT_EQ(pool_->counts().restarts, 0U);
}

TEST_F(InspectorProcessTest, AnIdleWorkerThatIsKilledIsReplacedUnnoticed) {
  const OpenFile file(CustomerCsv(10));
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(pool_->Inspect(file.get(), Within(20)).evaluated(), v1::EVALUATED_FULL);
    ::kill(last_started_.load(), SIGKILL);
  }
  EXPECT_EQ(pool_->Inspect(file.get(), Within(20)).evaluated(), v1::EVALUATED_FULL);
  EXPECT_EQ(pool_->counts().failures, 0U);
}

TEST_F(InspectorProcessTest, AStoppedWorkerIsLateAndReplaced) {
  const OpenFile file(CustomerCsv(10));
  ::kill(last_started_.load(), SIGSTOP);
  const auto late = pool_->Inspect(file.get(), base::Deadline::After(std::chrono::milliseconds(200)));
  EXPECT_EQ(late.evaluated(), v1::EVALUATED_NONE);
  EXPECT_THAT(late.reasons(), ElementsAre(v1::REASON_TIMED_OUT));
  EXPECT_EQ(pool_->Inspect(file.get(), Within(20)).evaluated(), v1::EVALUATED_FULL);
  EXPECT_EQ(pool_->counts().restarts, 1U);
}

// The real launcher, whose workers are killed in the middle of their first file: stopped before it is sent, killed
// after.
class KillingLauncher final : public platform::WorkerLauncher {
 public:
  explicit KillingLauncher(int deaths) : deaths_left_(deaths) {}

  base::Result<std::unique_ptr<platform::WorkerProcess>> Launch(const std::string& executable,
                                                                const std::vector<std::string>& arguments) override {
    auto worker = real_->Launch(executable, arguments);
    if (!worker || deaths_left_ == 0) return worker;
    --deaths_left_;
    return std::unique_ptr<platform::WorkerProcess>(new DoomedWorker(*std::move(worker)));
  }

 private:
  class DoomedWorker final : public platform::WorkerProcess, public platform::WorkerSocket {
   public:
    explicit DoomedWorker(std::unique_ptr<platform::WorkerProcess> real) : real_(std::move(real)) {}
    std::int32_t pid() const override { return real_->pid(); }
    platform::WorkerSocket& socket() override { return *this; }
    void Kill() override { real_->Kill(); }
    base::Result<void> Send(const platform::WorkerMessage& message, base::Deadline deadline) override {
      if (!is_set_up_) {
        is_set_up_ = true;
        return real_->socket().Send(message, deadline);
      }
      ::kill(pid(), SIGSTOP);
      auto sent = real_->socket().Send(message, deadline);
      ::kill(pid(), SIGKILL);
      return sent;
    }
    base::Result<platform::WorkerMessage> Receive(base::Deadline deadline) override {
      return real_->socket().Receive(deadline);
    }

   private:
    std::unique_ptr<platform::WorkerProcess> real_;
    bool is_set_up_ = false;
  };

  std::unique_ptr<platform::WorkerLauncher> real_ = platform::MakeWorkerLauncher();
  std::atomic<int> deaths_left_;
};

v1::Inspection InspectWithDeaths(int deaths, InspectorPoolCounts& counts) {
  KillingLauncher launcher(deaths);
  const auto files = platform::MakeFileSystem();
  const OpenFile file(CustomerCsv(100));
  const auto pool = InspectorPool::Create(
      {.executable = InspectorPath(), .processes = 1, .indexes = {}, .budget = {}, .on_worker_started = {}}, launcher,
      *files);
  if (!pool) {
    ADD_FAILURE() << pool.error().message;
    return {};
  }
  auto inspection = (*pool)->Inspect(file.get(), Within(60));
  counts = (*pool)->counts();
  return inspection;
}

TEST(InspectorKilledDuringAnInspection, TheFileIsGivenToAFreshWorker) {
  InspectorPoolCounts counts;
  const auto inspection = InspectWithDeaths(1, counts);
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL);
  EXPECT_EQ(inspection.classes(0).matches(), 100U);
  EXPECT_EQ(counts.restarts, 1U);
  EXPECT_EQ(counts.failures, 0U);
}

TEST(InspectorKilledDuringAnInspection, TwiceIsNotEvaluated) {
  InspectorPoolCounts counts;
  const auto inspection = InspectWithDeaths(2, counts);
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_NONE);
  EXPECT_THAT(inspection.reasons(), ElementsAre(v1::REASON_INSPECTOR_FAILED));
  EXPECT_EQ(counts.restarts, 2U);
  EXPECT_EQ(counts.failures, 1U);
}

TEST(InspectorProgram, AMissingProgramIsNamed) {
  const auto launcher = platform::MakeWorkerLauncher();
  const auto files = platform::MakeFileSystem();
  const auto pool = InspectorPool::Create(
      {.executable = "/nowhere/vigie-inspector", .processes = 1, .indexes = {}, .budget = {}, .on_worker_started = {}},
      *launcher, *files);
  ASSERT_FALSE(pool);
  EXPECT_THAT(pool.error().message, ::testing::HasSubstr("/nowhere/vigie-inspector"));
}

}  // namespace
}  // namespace vigie::inspection
