#include "server/cli/text_file.h"

#include <cerrno>
#include <fstream>

namespace vigie::cli {

base::Result<std::string> ReadTextFile(const std::string& path, std::size_t limit) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return base::ErrnoError(errno, "open " + path);
  std::string content(limit + 1, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (file.bad()) return base::ErrnoError(errno, "read " + path);
  content.resize(static_cast<std::size_t>(file.gcount()));
  if (content.size() > limit) {
    return base::Error{base::ErrorCode::kResourceExhausted, path + ": larger than " + std::to_string(limit) + " bytes"};
  }
  return content;
}

base::Result<void> WriteFile(const std::string& path, const std::string& content) {
  errno = 0;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  if (!file) return base::ErrnoError(errno, "write " + path);
  return {};
}

}  // namespace vigie::cli
