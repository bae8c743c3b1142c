#include "core/inspection/inspector_worker.h"

#include <cstdio>

#include "core/inspection/inspector_pool.h"
#include "platform/fake/fake_file_system.h"
#include "platform/fake/fake_worker_launcher.h"

namespace vigie::inspection {
namespace {

base::Deadline Soon() {
  return base::Deadline::After(std::chrono::seconds(20));
}

// Every text holds customer 5.
class EverybodyIndex final : public customers::CustomerIndex {
 public:
  const customers::IndexInfo& info() const override { return info_; }
  void Match(std::string_view, customers::RecordSet& found) const override { found.Add(5); }

 private:
  customers::IndexInfo info_;
};

// The worker as it is, but in a thread and with a sandbox that only says that it was entered.
platform::WorkerBody RealWorker(base::Result<void> sandbox) {
  return [sandbox](platform::WorkerSocket& socket, const std::stop_token&) {
    const base::SystemClock clock;
    const auto open = [](const base::FileDescriptor&,
                         const customers::IndexKey& key) -> base::Result<std::unique_ptr<customers::CustomerIndex>> {
      if (key[0] == std::byte{'k'}) return std::unique_ptr<customers::CustomerIndex>(new EverybodyIndex());
      return base::Error{base::ErrorCode::kPermissionDenied, "the key does not fit"};
    };
    InspectorWorker worker({socket, clock, open, [sandbox] { return sandbox; }});
    (void)worker.Run();
  };
}

class InspectorWorkerTest : public ::testing::Test {
 protected:
  base::Result<std::unique_ptr<InspectorPool>> CreatePool(char key_byte) {
    EXPECT_TRUE(files_.WriteFileDurably("/index", "index", 0600));
    EXPECT_TRUE(files_.WriteFileDurably("/key", std::string(32, key_byte), 0600));
    return InspectorPool::Create({.executable = "vigie-inspector",
                                  .processes = 1,
                                  .indexes = {{"/index", "/key"}},
                                  .budget = {},
                                  .on_worker_started = {}},
                                 launcher_, files_);
  }
  platform::FakeWorkerLauncher launcher_{RealWorker({})};
  platform::FakeFileSystem files_;
};

TEST_F(InspectorWorkerTest, InspectsTheFileThatItIsGiven) {
  const auto pool = CreatePool('k');
  ASSERT_TRUE(pool) << pool.error().message;
  std::FILE* const file = std::tmpfile();
  std::fputs("name,mail\nAnn,ann@example.com\n", file);
  std::fflush(file);
  base::FileDescriptor descriptor(fileno(file));
  const auto inspection = (*pool)->Inspect(descriptor, Soon());
  EXPECT_EQ(inspection.media_type(), "text/csv");
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL);
  ASSERT_EQ(inspection.classes_size(), 1);
  EXPECT_EQ(inspection.customers().distinct(), 1U);
  EXPECT_GT(inspection.milliseconds(), 0);
  (void)descriptor.Release();
  std::fclose(file);
}

TEST_F(InspectorWorkerTest, SaysWhyItCannotBeSetUp) {
  const auto wrong_key = CreatePool('x');
  ASSERT_FALSE(wrong_key);
  EXPECT_THAT(wrong_key.error().message, ::testing::HasSubstr("the key does not fit"));
}

TEST_F(InspectorWorkerTest, ServesNothingWithoutItsSandbox) {
  launcher_.ScriptNext(RealWorker(base::Error{base::ErrorCode::kUnsupported, "no Landlock"}));
  const auto pool = CreatePool('k');
  ASSERT_FALSE(pool);
  EXPECT_THAT(pool.error().message, ::testing::HasSubstr("no Landlock"));
}

TEST_F(InspectorWorkerTest, RetiresAfterSoManyFilesWithoutAnyFailure) {
  const auto pool = CreatePool('k');
  ASSERT_TRUE(pool) << pool.error().message;
  std::FILE* const file = std::tmpfile();
  base::FileDescriptor descriptor(fileno(file));
  for (std::uint32_t i = 0; i < InspectorWorker::kMostFiles + 1; ++i) {
    ASSERT_EQ((*pool)->Inspect(descriptor, Soon()).evaluated(), v1::EVALUATED_FULL) << i;
  }
  EXPECT_EQ(launcher_.launches().size(), 2U);
  EXPECT_EQ((*pool)->counts().restarts, 0U);
  (void)descriptor.Release();
  std::fclose(file);
}

}  // namespace
}  // namespace vigie::inspection
