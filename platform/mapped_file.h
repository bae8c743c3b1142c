#pragma once

#include <cstddef>
#include <string_view>

#include "platform/base/file_descriptor.h"
#include "platform/base/result.h"

namespace vigie::platform {

// The content of a file as memory, read-only and shared with everyone who maps the same file; pages come in when
// touched. Large files lie on huge pages where the kernel has or makes some: for readers who look here and there.
// Whoever may shorten the file while it is mapped can end this process (SIGBUS): map files that only root may write,
// and replace them by rename. Move-only; reading is thread-safe.
class MappedFile {
 public:
  // The whole regular file as it is now; the descriptor may be closed afterwards. kInvalidArgument if it is no regular
  // file.
  static base::Result<MappedFile> Map(const base::FileDescriptor& file);

  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  std::string_view bytes() const { return {static_cast<const char*>(address_), size_}; }

 private:
  MappedFile(void* address, std::size_t size) : address_(address), size_(size) {}
  void* address_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace vigie::platform
