#include "platform/removable_media.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <map>
#include <thread>

#include "platform/base/guarded.h"
#include "platform/base/logging.h"
#include "platform/linux/block_devices.h"
#include "platform/linux/cloud_folders.h"
#include "platform/linux/descriptor_io.h"
#include "platform/linux/linux_platform.h"
#include "platform/linux/mount_table.h"
#include "platform/linux/network_shares.h"

namespace vigie::platform {
namespace {

using base::Error;
using base::ErrorCode;
using base::FileDescriptor;
using base::Result;

constexpr const char* kMountTable = "/proc/self/mountinfo";
constexpr int kFolderPeriodMilliseconds = 10'000;
constexpr std::uint64_t kMaxMountTable = std::uint64_t{64} << 20;

std::string Canonical(const std::string& path) {
  std::error_code failure;
  const auto canonical = std::filesystem::weakly_canonical(path, failure);
  std::string result = failure ? path : canonical.string();
  if (result.size() > 1 && result.back() == '/') result.pop_back();
  return result;
}

std::string LastName(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

// btrfs mounts show an anonymous device number; their source is the device.
std::optional<dev_t> DeviceOf(const Mount& mount) {
  if (mount.major != 0) return ::makedev(mount.major, mount.minor);
  return mount.source.starts_with("/dev/") ? BlockDeviceAt(mount.source) : std::nullopt;
}

// Decides which mounts are removable media or shares.
class MediumRule {
 public:
  MediumRule(RemovableOptions options, const BlockDevices& devices) : options_(std::move(options)), devices_(devices) {}

  // `system_disks` hold "/": a machine that was started from a stick has not been plugged into itself.
  std::optional<Medium> Judge(const Mount& mount, const std::set<std::string>& system_disks) const {
    const auto device = DeviceOf(mount);
    if (!IsListed(mount, device) && !(device && IsRemovable(*device, system_disks))) return JudgeShare(mount);
    Medium medium{mount.mount_point, mount.source, mount.file_system, device ? devices_.NameOf(*device) : ""};
    if (medium.name.empty()) medium.name = CleanDeviceText(medium.device);
    return medium;
  }

 private:
  std::optional<Medium> JudgeShare(const Mount& mount) const {
    if (!IsOutgoingShare(mount, options_.local_mounts)) return std::nullopt;
    return Medium{mount.mount_point,         mount.source,
                  mount.file_system,         CleanDeviceText(mount.source),
                  MediumKind::kNetworkShare, ::makedev(mount.major, mount.minor)};
  }

  // Looked up each time: a listed device may come and go.
  bool IsListed(const Mount& mount, std::optional<dev_t> device) const {
    const bool by_place = std::ranges::any_of(
        options_.mount_points, [&](const std::string& listed) { return Canonical(listed) == mount.mount_point; });
    return by_place || std::ranges::any_of(options_.devices, [&](const std::string& listed) {
             return Canonical(listed) == mount.source || (device && BlockDeviceAt(listed) == device);
           });
  }

  bool IsRemovable(dev_t device, const std::set<std::string>& system_disks) const {
    if (!devices_.IsRemovable(device)) return false;
    return std::ranges::none_of(devices_.DisksOf(device),
                                [&](const std::string& disk) { return system_disks.contains(disk); });
  }

  const RemovableOptions options_;
  const BlockDevices& devices_;
};

std::set<std::string> SystemDisks(const std::vector<Mount>& mounts, const BlockDevices& devices) {
  std::set<std::string> disks;
  for (const Mount& mount : mounts) {
    const auto device = mount.mount_point == "/" ? DeviceOf(mount) : std::nullopt;
    if (device) disks.merge(devices.DisksOf(*device));
  }
  return disks;
}

// Something that was unmounted and mounted again between two looks has another mount id; so has a cloud folder in which
// there are other folders now.
using MountKey = std::pair<std::uint64_t, std::string>;
using Media = std::map<MountKey, Medium>;

class LinuxRemovableMedia final : public RemovableMedia {
 public:
  explicit LinuxRemovableMedia(RemovableOptions options)
      : options_(std::move(options)), cloud_folders_(options_.cloud_folders) {}
  ~LinuxRemovableMedia() override { Stop(); }

  Result<void> Start(Handler handler) override {
    if (thread_.joinable()) return Error{ErrorCode::kFailedPrecondition, "removable media are watched already"};
    handler_ = std::move(handler);
    auto devices = BlockDevices::Open();
    if (!devices) return devices.error();
    devices_ = *std::move(devices);
    rule_ = std::make_unique<MediumRule>(options_, *devices_);
    table_ = FileDescriptor(::open(kMountTable, O_RDONLY | O_CLOEXEC));
    if (!table_) return base::ErrnoError(errno, kMountTable);
    wake_ = FileDescriptor(::eventfd(0, EFD_CLOEXEC));
    if (!wake_) return base::ErrnoError(errno, "make an event descriptor");
    if (auto looked = Look(); !looked) return looked;
    thread_ = std::jthread([this](const std::stop_token& stop) { Watch(stop); });
    return {};
  }

  void Stop() override {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t woken = ::write(wake_.get(), &one, sizeof one);
    thread_.join();
  }

  std::vector<Medium> Current() const override {
    std::vector<Medium> media;
    auto current = media_.Lock();  // named: a loop over a temporary lock's data would run without the lock
    for (const auto& [key, medium] : *current) media.push_back(medium);
    return media;
  }

 private:
  Result<Media> ReadMedia() const {
    if (::lseek(table_.get(), 0, SEEK_SET) < 0) return base::ErrnoError(errno, kMountTable);
    const auto text = ReadToEnd(table_.get(), kMaxMountTable, kMountTable);
    if (!text) return text.error();
    const std::vector<Mount> mounts = ParseMountTable(*text);
    const std::set<std::string> system_disks = SystemDisks(mounts, *devices_);
    Media media;
    for (const Mount& mount : mounts) {
      if (auto medium = rule_->Judge(mount, system_disks)) {
        media[{static_cast<std::uint64_t>(mount.id), mount.mount_point}] = *std::move(medium);
      }
    }
    for (const auto& [path, inside] : cloud_folders_.Look()) {
      media[{inside, path}] = {path, {}, {}, LastName(path), MediumKind::kCloudFolder};
    }
    return media;
  }

  // Tells the handler what has changed since the last look: first what went, then what came.
  Result<void> Look() {
    auto now = ReadMedia();
    if (!now) return now.error();
    const Media before = std::exchange(*media_.Lock(), *now);
    for (const auto& [key, medium] : before) {
      if (!now->contains(key)) handler_.detached(medium);
    }
    for (const auto& [key, medium] : *now) {
      if (!before.contains(key)) handler_.attached(medium);
    }
    return {};
  }

  // The kernel raises POLLERR and POLLPRI at each change of the table, for each open descriptor of it (proc(5)).
  void Watch(const std::stop_token& stop) {
    std::array<pollfd, 2> sources = {{{table_.get(), POLLPRI, 0}, {wake_.get(), POLLIN, 0}}};
    while (!stop.stop_requested()) {
      const int period = options_.cloud_folders.empty() ? -1 : kFolderPeriodMilliseconds;
      const int ready = ::poll(sources.data(), sources.size(), period);
      if (ready < 0 && errno != EINTR) {
        base::LogError("{}", base::ErrnoError(errno, "watch the mounts").message);
        return;
      }
      if (ready > 0 && (sources[0].revents & (POLLPRI | POLLERR)) == 0) continue;
      if (auto looked = Look(); !looked) base::LogError("{}", looked.error().message);
    }
  }

  const RemovableOptions options_;
  const CloudFolders cloud_folders_;
  Handler handler_;
  std::unique_ptr<BlockDevices> devices_;
  std::unique_ptr<MediumRule> rule_;
  FileDescriptor table_;
  FileDescriptor wake_;
  base::Guarded<Media> media_;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace

std::unique_ptr<RemovableMedia> MakeRemovableMedia(RemovableOptions options) {
  return std::make_unique<LinuxRemovableMedia>(std::move(options));
}

}  // namespace vigie::platform
