#pragma once

#include <cstdint>
#include <string>

namespace vigie::test {

// A file system in memory (tmpfs) of its own, in a folder below the temporary one. Needs root.
class ScratchMount {
 public:
  ScratchMount();
  ~ScratchMount();
  ScratchMount(const ScratchMount&) = delete;
  ScratchMount& operator=(const ScratchMount&) = delete;

  std::string operator/(const std::string& name) const { return folder_ + "/" + name; }
  const std::string& path() const { return folder_; }
  std::uint64_t device() const { return device_; }  // st_dev

 private:
  std::string folder_;
  std::uint64_t device_ = 0;
};

void WriteText(const std::string& path, const std::string& text);
std::string ReadText(const std::string& path);

}  // namespace vigie::test
