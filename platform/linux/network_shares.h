#pragma once

#include <string>
#include <vector>

#include "platform/linux/mount_table.h"

namespace vigie::platform {

// True for the file systems of networks and of programs: nfs, cifs, 9p, ceph …, fuse and fuse.*, but not for those of
// FUSE that only show what this machine has already (portals, lxcfs, packed applications, overlays in user space).
bool IsShareFileSystem(const std::string& file_system);

// A share that is a way out: not the root, none that holds one of `local_mounts` (paths).
bool IsOutgoingShare(const Mount& mount, const std::vector<std::string>& local_mounts);

}  // namespace vigie::platform
