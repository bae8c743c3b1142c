#include "platform/temporary_file.h"

#include <fcntl.h>

#include <cerrno>

#include "platform/linux/descriptor_io.h"

namespace vigie::platform {

base::Result<TemporaryFile> TemporaryFile::Make(const std::string& directory) {
  base::FileDescriptor file(::open(directory.c_str(), O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, 0600));
  if (file) return TemporaryFile(std::move(file));
  if (errno == EOPNOTSUPP) return base::Error{base::ErrorCode::kUnsupported, directory + ": no files without a name"};
  return base::ErrnoError(errno, "make a temporary file in " + directory);
}

base::Result<void> TemporaryFile::Append(std::string_view bytes) {
  if (auto written = WriteAll(file_.get(), bytes, "a temporary file"); !written) return written;
  size_ += bytes.size();
  return {};
}

base::Result<base::FileDescriptor> TemporaryFile::OpenForReading() const {
  const std::string name = "/proc/self/fd/" + std::to_string(file_.get());
  base::FileDescriptor readable(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
  if (!readable) return base::ErrnoError(errno, "open a temporary file for reading");
  return readable;
}

}  // namespace vigie::platform
