#include "tests/contract/file_events/scratch_folder.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace vigie::test {

ScratchFolder::ScratchFolder() : path_(std::filesystem::temp_directory_path() / "vigie-file-events-XXXXXX") {
  if (::mkdtemp(path_.data()) == nullptr) std::abort();
  std::filesystem::create_directory(watched());
  std::filesystem::create_directory(medium());
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void WriteTextFile(const std::string& path, std::string_view content) {
  std::ofstream(path, std::ios::binary) << content;
}

}  // namespace vigie::test
