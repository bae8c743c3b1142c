#include "platform/linux/network_shares.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace vigie::platform {
namespace {

constexpr std::array<std::string_view, 18> kNetworkFileSystems = {
    "nfs", "nfs4",      "cifs",   "smb3",   "smbfs",    "ncpfs", "9p",    "virtiofs", "ceph",
    "afs", "glusterfs", "lustre", "beegfs", "orangefs", "pvfs2", "davfs", "coda",     "fuse"};
constexpr std::array<std::string_view, 8> kLocalPrograms = {
    "fuse.portal",     "fuse.xdg-document-portal", "fuse.lxcfs",          "fuse.snapfuse",
    "fuse.squashfuse", "fuse.vmware-vmblock",      "fuse.fuse-overlayfs", "fuse.rootlesskit"};

bool IsAtOrBelow(std::string_view path, std::string_view mount_point) {
  if (!path.starts_with(mount_point)) return false;
  return path.size() == mount_point.size() || mount_point == "/" || path[mount_point.size()] == '/';
}

}  // namespace

bool IsShareFileSystem(const std::string& file_system) {
  if (std::ranges::find(kNetworkFileSystems, file_system) != kNetworkFileSystems.end()) return true;
  return file_system.starts_with("fuse.") && std::ranges::find(kLocalPrograms, file_system) == kLocalPrograms.end();
}

bool IsOutgoingShare(const Mount& mount, const std::vector<std::string>& local_mounts) {
  if (!IsShareFileSystem(mount.file_system) || mount.mount_point == "/") return false;
  return std::ranges::none_of(local_mounts,
                              [&](const std::string& path) { return IsAtOrBelow(path, mount.mount_point); });
}

}  // namespace vigie::platform
