#pragma once

#include <span>

#include "platform/base/result.h"

namespace vigie::platform {

// By Landlock (https://docs.kernel.org/userspace-api/landlock.html), with everything that this kernel's version of it
// knows: no path may be opened, made, renamed, removed or executed; no TCP; no abstract sockets or signals beyond this
// process. Needs no_new_privs. For good. kUnsupported on a kernel without Landlock.
base::Result<void> BanFileSystem();

// What is left of the file system: a file, or everything below a directory. A path that does not exist is left out.
struct FileSystemGrant {
  const char* path = nullptr;
  bool execute = false;  // as well as read
};

// The same ban, but for these.
base::Result<void> BanFileSystemBut(std::span<const FileSystemGrant> grants);

}  // namespace vigie::platform
