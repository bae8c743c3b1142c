#include <memory>

#include "platform/linux/file_events.h"
#include "tests/contract/file_events/environment.h"
#include "tests/contract/file_events/scratch_folder.h"
#include "tests/root/file_events/actor.h"
#include "tests/root/loop_mount.h"

namespace vigie::test {
namespace {

// The kernel itself, on two file systems of our own, with a forked process as the other one.
class LinuxEnvironment final : public FileEventsEnvironment {
 public:
  LinuxEnvironment() : watched_(LoopMount::Make()), medium_(LoopMount::Make()) {
    if (watched_ && medium_) actor_ = std::make_unique<Actor>();
  }

  std::string SkipReason() const override {
    if (!watched_) return watched_.error().message;
    if (!medium_) return medium_.error().message;
    return {};
  }

  std::string watched() const override { return (*watched_)->path(); }
  std::string medium() const override { return (*medium_)->path(); }
  void Prepare(const std::string& path, const std::string& content) override { WriteTextFile(path, content); }

  platform::FileEvents& Make(const platform::FileEventOptions& options, const std::vector<Act>&) override {
    events_ = platform::MakeFileEvents(options);
    return *events_;
  }

  void Begin(const Act& act) override {
    if (act.kind == Act::Kind::kOpen) actor_->BeginOpen(act.path);
    if (act.kind == Act::Kind::kWrite) actor_->BeginWrite(act.path, act.content);
    if (act.kind == Act::Kind::kRename) actor_->BeginRename(act.path, act.to);
  }

  std::optional<bool> Await() override {
    const auto error = actor_->Await();
    if (!error) return std::nullopt;
    return *error == 0;
  }

  std::int32_t actor() const override { return actor_->pid(); }

 private:
  base::Result<std::unique_ptr<LoopMount>> watched_;
  base::Result<std::unique_ptr<LoopMount>> medium_;
  std::unique_ptr<Actor> actor_;
  std::unique_ptr<platform::FileEvents> events_;
};

}  // namespace

std::unique_ptr<FileEventsEnvironment> MakeLinuxEnvironment() {
  return std::make_unique<LinuxEnvironment>();
}

}  // namespace vigie::test
