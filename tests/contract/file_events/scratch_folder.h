#pragma once

#include <string>
#include <string_view>

namespace vigie::test {

// A folder of its own, with subfolders "watched" and "medium"; removed at the end.
class ScratchFolder {
 public:
  ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();

  const std::string& path() const { return path_; }
  std::string watched() const { return path_ + "/watched"; }
  std::string medium() const { return path_ + "/medium"; }

 private:
  std::string path_;
};

void WriteTextFile(const std::string& path, std::string_view content);

}  // namespace vigie::test
