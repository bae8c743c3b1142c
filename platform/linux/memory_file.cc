#include "platform/memory_file.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>
#include <string>

#include "platform/linux/descriptor_io.h"

namespace vigie::platform {

base::Result<base::FileDescriptor> MakeMemoryFile(std::string_view content) {
  const base::FileDescriptor writable(::memfd_create("vigie", MFD_CLOEXEC));
  if (!writable) return base::ErrnoError(errno, "create a memory file");
  if (auto written = WriteAll(writable.get(), content, "a memory file"); !written) return written.error();
  // A second open gives a descriptor that cannot write and has an offset of its own.
  const std::string name = "/proc/self/fd/" + std::to_string(writable.get());
  base::FileDescriptor readable(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
  if (!readable) return base::ErrnoError(errno, "open a memory file for reading");
  return readable;
}

}  // namespace vigie::platform
