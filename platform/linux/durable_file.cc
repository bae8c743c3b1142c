#include "platform/base/durable_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "platform/base/file_descriptor.h"

namespace vigie::base {
namespace {

Result<void> Synchronise(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return ErrnoError(errno, "open " + path);
  if (::fsync(file.get()) != 0) return ErrnoError(errno, "write " + path + " to the disk");
  return {};
}

}  // namespace

Result<void> RenameDurably(const std::string& from, const std::string& to) {
  if (auto written = Synchronise(from); !written) return written;
  if (std::rename(from.c_str(), to.c_str()) != 0) return ErrnoError(errno, "rename " + from + " to " + to);
  const std::string folder = std::filesystem::path(to).parent_path().string();
  return Synchronise(folder.empty() ? "." : folder);
}

}  // namespace vigie::base
