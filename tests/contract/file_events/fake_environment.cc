#include <filesystem>
#include <future>
#include <memory>

#include "platform/fake/fake_file_events.h"
#include "platform/linux/linux_platform.h"
#include "tests/contract/file_events/environment.h"
#include "tests/contract/file_events/scratch_folder.h"

namespace vigie::test {
namespace {

using platform::Answer;
using platform::FakeFileEvents;
using platform::FileEvent;

constexpr std::int32_t kActor = 4242;

// Real files, an invented sensor: what the kernel would report of each act is emitted.
class FakeEnvironment final : public FileEventsEnvironment {
 public:
  std::string watched() const override { return folder_.watched(); }
  std::string medium() const override { return folder_.medium(); }
  void Prepare(const std::string& path, const std::string& content) override { WriteTextFile(path, content); }

  platform::FileEvents& Make(const platform::FileEventOptions& options, const std::vector<Act>&) override {
    events_ = std::make_unique<FakeFileEvents>(options);
    return *events_;
  }

  void Begin(const Act& act) override {
    outcome_ = std::async(std::launch::async, [this, act] { return Do(act); });
  }

  std::optional<bool> Await() override {
    if (outcome_.wait_for(std::chrono::seconds(20)) != std::future_status::ready) return std::nullopt;
    return outcome_.get();
  }

  std::int32_t actor() const override { return kActor; }

 private:
  bool Do(const Act& act) {
    if (act.kind == Act::Kind::kOpen) return Open(act.path);
    if (act.kind == Act::Kind::kRename) {
      std::filesystem::rename(act.path, act.to);
      FileEvent event = MakeEvent(act.to);
      event.previous_path = act.path;
      events_->EmitRenamed(std::move(event));
      return true;
    }
    const bool is_new = !std::filesystem::exists(act.path);
    WriteTextFile(act.path, act.content);
    if (is_new) events_->EmitCreated(MakeEvent(act.path));
    events_->EmitClosedAfterWrite(MakeEvent(act.path));
    return true;
  }

  bool Open(const std::string& path) {
    FileEvent event = MakeEvent(path);
    if (!events_->WouldAsk(event)) return true;
    const auto opening = events_->EmitOpening(std::move(event));
    return opening->AwaitAnswer(base::Deadline::After(std::chrono::seconds(20))) == Answer::kAllow;
  }

  FileEvent MakeEvent(const std::string& path) {
    FileEvent event;
    event.path = path;
    event.process.pid = kActor;
    event.on_medium = path.starts_with(medium());
    if (auto content = files_->OpenForReading(path)) {
      const auto status = files_->Status(*content);
      event.file = status->identity;
      event.owner_uid = status->owner_uid;
      event.content = *std::move(content);
    }
    return event;
  }

  const ScratchFolder folder_;
  const std::unique_ptr<platform::FileSystem> files_ = platform::MakeFileSystem();
  std::unique_ptr<FakeFileEvents> events_;
  std::future<bool> outcome_;
};

}  // namespace

std::unique_ptr<FileEventsEnvironment> MakeFakeEnvironment() {
  return std::make_unique<FakeEnvironment>();
}

}  // namespace vigie::test
