#include "platform/linux/descriptor_io.h"

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "platform/base/file_descriptor.h"

namespace vigie::platform {
namespace {

constexpr std::size_t kChunk = std::size_t{64} << 10;

// Appends up to `room` bytes; how many, 0 at the end.
base::Result<std::size_t> ReadMore(int descriptor, std::size_t room, std::string& content) {
  const std::size_t before = content.size();
  content.resize(before + room);
  ssize_t count = -1;
  do {
    count = ::read(descriptor, content.data() + before, room);
  } while (count < 0 && errno == EINTR);
  const int failure = errno;
  content.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  if (count < 0) return base::ErrnoError(failure, "read");
  return static_cast<std::size_t>(count);
}

}  // namespace

base::Result<std::string> ReadToEnd(int descriptor, std::uint64_t limit, const std::string& name) {
  std::string content;
  while (content.size() <= limit) {
    // One byte more than allowed shows that there is more.
    const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(kChunk, limit - content.size() + 1));
    const auto count = ReadMore(descriptor, room, content);
    if (!count) return count.error().Wrap(name);
    if (*count == 0) return content;
  }
  return base::Error{base::ErrorCode::kResourceExhausted,
                     name + ": larger than the " + std::to_string(limit) + " bytes that are allowed here"};
}

base::Result<void> WriteAll(int descriptor, std::string_view content, const std::string& name) {
  while (!content.empty()) {
    const ssize_t count = ::write(descriptor, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return base::ErrnoError(errno, "write " + name);
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

base::Result<std::string> ReadHead(const std::string& path, std::size_t limit) {
  const base::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file) return base::ErrnoError(errno, path);
  std::string content;
  while (content.size() < limit) {
    const auto count = ReadMore(file.get(), limit - content.size(), content);
    if (!count) return count.error().Wrap(path);
    if (*count == 0) break;
  }
  return content;
}

}  // namespace vigie::platform
