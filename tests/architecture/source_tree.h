#pragma once

#include <filesystem>
#include <string>
#include <vector>

// The product's own sources, as text.
namespace vigie::architecture {

struct Include {
  std::string target;  // as written
  bool quoted = false;
  int line = 0;
};

struct SourceFile {
  std::string path;  // from the root of the project: agent/spool/event_spool.cc
  std::vector<std::string> lines;

  std::string folder() const { return std::filesystem::path(path).parent_path().string(); }
  std::vector<Include> includes() const;
};

// Every .h and .cc below the given top folders.
std::vector<SourceFile> ReadSources(const std::vector<std::string>& top_folders);

}  // namespace vigie::architecture
