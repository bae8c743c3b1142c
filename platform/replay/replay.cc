#include "platform/replay/replay.h"

#include <utility>

#include "platform/linux/linux_platform.h"
#include "platform/replay/recording.h"
#include "platform/replay/replay_media.h"
#include "platform/replay/replay_processes.h"
#include "platform/replay/replay_sensor.h"

namespace vigie::platform {
namespace {

using base::Result;

// The three parts are handed out one by one; each keeps what it shares with the others alive.
class ReplayFiles final : public FileEvents {
 public:
  explicit ReplayFiles(std::shared_ptr<ReplaySensor> sensor) : sensor_(std::move(sensor)) {}
  ~ReplayFiles() override { sensor_->Stop(); }

  Result<void> Start(FileEventHandler& handler) override { return sensor_->Start(handler); }
  void Stop() override { sensor_->Stop(); }
  Result<void> Watch(const std::string&) override { return {}; }
  Result<void> WatchMedium(const std::string&) override { return {}; }
  void UnwatchMedium(const std::string&) override {}
  Result<void> Mark(const base::FileDescriptor&) override { return {}; }
  void Unmark(const base::FileDescriptor&) override {}
  void Exempt(std::int32_t) override {}
  SensorCounts counts() const override { return sensor_->counts(); }
  std::vector<std::string> degradations() const override {
    return {"activities are played from a recording: nothing on this machine is observed or blocked"};
  }

 private:
  const std::shared_ptr<ReplaySensor> sensor_;
};

class SharedProcesses final : public ProcessInfo {
 public:
  explicit SharedProcesses(ReplaySensor::Parts parts) : parts_(std::move(parts)) {}

  Result<ProcessDescription> Describe(std::int32_t pid) override { return parts_.processes->Describe(pid); }
  OpenMode PendingOpenMode(std::int32_t pid) override { return parts_.processes->PendingOpenMode(pid); }
  Result<std::vector<WritableFile>> WritableFiles(std::int32_t pid) override {
    return parts_.processes->WritableFiles(pid);
  }

 private:
  const ReplaySensor::Parts parts_;
};

class SharedMedia final : public RemovableMedia {
 public:
  explicit SharedMedia(std::shared_ptr<ReplayMedia> media) : media_(std::move(media)) {}

  Result<void> Start(Handler handler) override { return media_->Start(std::move(handler)); }
  void Stop() override { media_->Stop(); }
  std::vector<Medium> Current() const override { return media_->Current(); }

 private:
  const std::shared_ptr<ReplayMedia> media_;
};

}  // namespace

Result<ReplayPlatform> OpenReplay(const std::string& path, std::uint64_t after_position,
                                  const FileEventOptions& options) {
  const std::shared_ptr<FileSystem> files = MakeFileSystem();
  auto recording = Recording::Load(*files, path);
  if (!recording) return recording.error();
  const ReplaySensor::Parts parts{files, std::make_shared<ReplayProcesses>(*files), std::make_shared<ReplayMedia>()};
  const auto sensor = std::make_shared<ReplaySensor>(*std::move(recording), after_position, parts, options);
  ReplayPlatform platform;
  platform.files = std::make_unique<ReplayFiles>(sensor);
  platform.processes = std::make_unique<SharedProcesses>(parts);
  platform.media = std::make_unique<SharedMedia>(parts.media);
  platform.finished = [sensor] { return sensor->finished(); };
  platform.answers = [sensor] { return sensor->answers(); };
  return platform;
}

}  // namespace vigie::platform
