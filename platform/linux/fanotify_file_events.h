#pragma once

#include <memory>
#include <string>
#include <vector>

#include "platform/base/guarded.h"
#include "platform/file_events.h"
#include "platform/linux/fanotify_shared.h"
#include "platform/linux/observation_reader.h"
#include "platform/linux/permission_reader.h"

namespace vigie::platform {

// Wires groups, readers and marks together. The groups and the answering thread exist from the first call that needs
// them on.
class FanotifyFileEvents final : public FileEvents {
 public:
  explicit FanotifyFileEvents(const FileEventOptions& options) : options_(options) {}
  ~FanotifyFileEvents() override { Stop(); }

  base::Result<void> Start(FileEventHandler& handler) override;
  void Stop() override;
  base::Result<void> Watch(const std::string& path) override;
  base::Result<void> WatchMedium(const std::string& mount_point) override;
  void UnwatchMedium(const std::string& mount_point) override;
  base::Result<void> WatchFolder(const std::string& path) override;
  base::Result<void> Mark(const base::FileDescriptor& file) override;
  void Unmark(const base::FileDescriptor& file) override;
  void Exempt(std::int32_t pid) override { shared_.exempt.Add(pid); }
  SensorCounts counts() const override;
  std::vector<std::string> degradations() const override;

 private:
  // The open groups. Shared, so that a Mark that runs while Stop does finds its group open; the last user closes it,
  // and the kernel then lets through whoever asks on a mark that came too late.
  struct Session {
    Session(FanotifyGroup asking_group, FanotifyGroup writes, FanotifyGroup names, FanotifyFileEvents& owner)
        : asking(std::move(asking_group), owner.options_, owner.shared_),
          observing(std::move(writes), std::move(names), asking.group(), owner.shared_) {}
    ~Session() {
      observing.Stop();
      asking.Stop();
      asking.Close();  // before the groups of `observing`, see FanotifyGroup
    }

    PermissionReader asking;
    ObservationReader observing;
  };
  struct State {
    std::shared_ptr<Session> session;
    bool started = false;
    bool stopped = false;
    std::uint64_t late_at_stop = 0;
  };

  base::Result<std::shared_ptr<Session>> OpenSession();
  base::Result<std::shared_ptr<Session>> MakeSession();
  base::Result<FanotifyGroup> MakeGroup(const char* purpose, std::initializer_list<unsigned> flags_best_first);
  void ForgetIfUnmounted(const FileSystemIdentity& file_system);
  void WatchNames(Session& session, const std::string& path);
  void Degrade(std::string sentence);

  const FileEventOptions options_;
  FanotifyShared shared_;
  base::Guarded<std::vector<std::string>> degradations_;
  base::Guarded<State> state_;
};

}  // namespace vigie::platform
