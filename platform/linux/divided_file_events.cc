#include "platform/linux/divided_file_events.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <utility>

#include "platform/base/logging.h"
#include "platform/linux/file_events.h"

namespace vigie::platform {
namespace {

using base::Result;

// statfs(2); those that linux/magic.h does not name are in the sources of their file systems.
constexpr std::array<std::uint32_t, 9> kAnsweredByOthers = {FUSE_SUPER_MAGIC, NFS_SUPER_MAGIC,  SMB_SUPER_MAGIC,
                                                            CIFS_SUPER_MAGIC, SMB2_SUPER_MAGIC, V9FS_MAGIC,
                                                            CEPH_SUPER_MAGIC, AFS_FS_MAGIC,     CODA_SUPER_MAGIC};

bool IsFar(const std::string& path) {
  struct statfs file_system {};
  if (::statfs(path.c_str(), &file_system) < 0) return false;
  const auto type = static_cast<std::uint32_t>(file_system.f_type);
  return std::ranges::find(kAnsweredByOthers, type) != kAnsweredByOthers.end();
}

// A FUSE file system is closed to everybody but its owner, root included, unless it was mounted with allow_other or
// this switch is on, which opens it to those who may administer the machine (Linux 6.1).
void AllowLookingIntoFuse() {
  constexpr const char* kSwitch = "/sys/module/fuse/parameters/allow_sys_admin_access";
  const base::FileDescriptor file(::open(kSwitch, O_WRONLY | O_CLOEXEC));
  const bool written = file && ::write(file.get(), "Y", 1) == 1;
  if (written) base::LogInfo("{} is on: a file system of FUSE would be hidden from us", kSwitch);
  if (!written) base::LogWarning("{}", base::ErrnoError(errno, kSwitch).message);
}

bool IsClosedToUs(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) < 0 && errno == EACCES;
}

}  // namespace

std::unique_ptr<FileEvents> MakeFileEvents(const FileEventOptions& options) {
  return std::make_unique<DividedFileEvents>(options);
}

Result<void> DividedFileEvents::Start(FileEventHandler& handler) {
  if (auto started = near_.Start(handler); !started) return started;
  const std::scoped_lock lock(mutex_);
  handler_ = &handler;
  if (far_runs_) return far_.Start(handler);
  return {};
}

void DividedFileEvents::Stop() {
  near_.Stop();
  far_.Stop();
}

// From the first far mount on.
Result<void> DividedFileEvents::UseFar() {
  const std::scoped_lock lock(mutex_);
  if (std::exchange(far_runs_, true) || !handler_) return {};
  return far_.Start(*handler_);
}

Result<void> DividedFileEvents::Watch(const std::string& path) {
  if (!IsFar(path)) return near_.Watch(path);
  if (auto used = UseFar(); !used) return used;
  return far_.Watch(path);
}

Result<void> DividedFileEvents::WatchMedium(const std::string& mount_point) {
  if (!IsFar(mount_point)) return near_.WatchMedium(mount_point);
  if (IsClosedToUs(mount_point)) AllowLookingIntoFuse();
  if (auto used = UseFar(); !used) return used;
  {
    const std::scoped_lock lock(mutex_);
    far_mounts_.insert(mount_point);
  }
  return far_.WatchMedium(mount_point);
}

void DividedFileEvents::UnwatchMedium(const std::string& mount_point) {
  {
    const std::scoped_lock lock(mutex_);
    if (far_mounts_.erase(mount_point) == 0) return near_.UnwatchMedium(mount_point);
  }
  far_.UnwatchMedium(mount_point);
}

void DividedFileEvents::Exempt(std::int32_t pid) {
  near_.Exempt(pid);
  far_.Exempt(pid);
}

SensorCounts DividedFileEvents::counts() const {
  SensorCounts sum = near_.counts();
  const SensorCounts far = far_.counts();
  sum.produced += far.produced;
  sum.delivered += far.delivered;
  sum.coalesced += far.coalesced;
  sum.lost += far.lost;
  sum.gone += far.gone;
  sum.late += far.late;
  return sum;
}

std::vector<std::string> DividedFileEvents::degradations() const {
  std::vector<std::string> sentences = near_.degradations();
  for (std::string& sentence : far_.degradations()) {
    if (std::ranges::find(sentences, sentence) == sentences.end()) sentences.push_back(std::move(sentence));
  }
  return sentences;
}

}  // namespace vigie::platform
