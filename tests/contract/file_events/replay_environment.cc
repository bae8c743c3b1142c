#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include "platform/replay/recorded_activity.h"
#include "platform/replay/replay.h"
#include "tests/contract/file_events/environment.h"
#include "tests/contract/file_events/scratch_folder.h"

namespace vigie::test {
namespace {

using platform::RecordedActivity;
using platform::RecordedKind;

constexpr std::int32_t kActor = 4242;

// The acts are done before, and written down as a recording; Begin only remembers which one is awaited.
class ReplayEnvironment final : public FileEventsEnvironment {
 public:
  bool obeys_marks() const override { return false; }
  std::string watched() const override { return folder_.watched(); }
  std::string medium() const override { return folder_.medium(); }
  void Prepare(const std::string& path, const std::string& content) override { WriteTextFile(path, content); }

  platform::FileEvents& Make(const platform::FileEventOptions& options, const std::vector<Act>& acts) override {
    const std::string path = folder_.path() + "/recording.jsonl";
    std::ofstream recording(path);
    for (const auto& act : acts) Write(act, recording);
    recording.close();
    auto opened = platform::OpenReplay(path, 0, options);
    if (!opened) throw std::runtime_error(opened.error().message);
    replay_ = *std::move(opened);
    return *replay_.files;
  }

  void Begin(const Act& act) override { awaited_ = act; }

  std::optional<bool> Await() override {
    if (awaited_.kind != Act::Kind::kOpen) return true;
    const auto deadline = base::Deadline::After(std::chrono::seconds(20));
    while (!deadline.expired()) {
      for (const auto& answer : replay_.answers()) {
        if (answer.path == awaited_.path) return answer.answer == platform::Answer::kAllow;
      }
      std::this_thread::yield();
    }
    return std::nullopt;
  }

  std::int32_t actor() const override { return kActor; }

 private:
  void Write(const Act& act, std::ostream& recording) const {
    RecordedActivity activity;
    activity.process.id.pid = kActor;
    activity.path = act.path;
    activity.on_medium = act.path.starts_with(medium());
    if (act.kind == Act::Kind::kRename) {
      std::filesystem::rename(act.path, act.to);
      activity.kind = RecordedKind::kRenamed;
      activity.path = act.to;
      activity.previous_path = act.path;
    } else if (act.kind == Act::Kind::kWrite) {
      if (!std::filesystem::exists(act.path)) {
        activity.kind = RecordedKind::kCreated;
        recording << FormatRecordedActivity(activity) << '\n';
      }
      WriteTextFile(act.path, act.content);
      activity.kind = RecordedKind::kClosedAfterWrite;
    }
    recording << FormatRecordedActivity(activity) << '\n';
  }

  const ScratchFolder folder_;
  platform::ReplayPlatform replay_;
  Act awaited_;
};

}  // namespace

std::unique_ptr<FileEventsEnvironment> MakeReplayEnvironment() {
  return std::make_unique<ReplayEnvironment>();
}

}  // namespace vigie::test
