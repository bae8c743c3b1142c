#include "platform/base/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "platform/base/file_descriptor.h"

namespace vigie::base {
namespace {

constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;
constexpr mode_t kPermissionBits = 07777;

}  // namespace

Result<void> EnsurePrivateFile(const std::string& path) {
  const FileDescriptor created(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly));
  if (created) return {};
  if (errno != EEXIST) return ErrnoError(errno, "create " + path);
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return ErrnoError(errno, "look at " + path);
  if (!S_ISREG(status.st_mode)) return Error{ErrorCode::kFailedPrecondition, path + " is not a regular file"};
  if ((status.st_mode & kPermissionBits) == kOwnerOnly) return {};
  if (::chmod(path.c_str(), kOwnerOnly) != 0) return ErrnoError(errno, "make " + path + " private");
  return {};
}

}  // namespace vigie::base
