#include "tests/contract/write_guard/scratch_mount.h"

#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace vigie::test {

ScratchMount::ScratchMount() : folder_(std::filesystem::temp_directory_path() / "vigie-scratch-XXXXXX") {
  if (::mkdtemp(folder_.data()) == nullptr || ::mount("tmpfs", folder_.c_str(), "tmpfs", 0, "size=4m") != 0) {
    ::abort();
  }
  struct stat status = {};
  if (::stat(folder_.c_str(), &status) == 0) device_ = status.st_dev;
}

ScratchMount::~ScratchMount() {
  ::umount2(folder_.c_str(), MNT_DETACH);
  ::rmdir(folder_.c_str());
}

void WriteText(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

std::string ReadText(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace vigie::test
