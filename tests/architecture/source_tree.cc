#include "tests/architecture/source_tree.h"

#include <fstream>

namespace vigie::architecture {
namespace {

SourceFile ReadSource(const std::filesystem::path& root, const std::filesystem::path& file) {
  SourceFile source{std::filesystem::relative(file, root).string(), {}};
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) source.lines.push_back(line);
  return source;
}

}  // namespace

std::vector<Include> SourceFile::includes() const {
  constexpr std::string_view kDirective = "#include ";
  std::vector<Include> found;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].starts_with(kDirective)) continue;
    const std::string rest = lines[i].substr(kDirective.size());
    const std::size_t end = rest.find_first_of(">\"", 1);
    if (end == std::string::npos) continue;
    found.push_back({rest.substr(1, end - 1), rest[0] == '"', static_cast<int>(i) + 1});
  }
  return found;
}

std::vector<SourceFile> ReadSources(const std::vector<std::string>& top_folders) {
  const std::filesystem::path root = VIGIE_SOURCE_TREE;
  std::vector<SourceFile> sources;
  for (const std::string& top : top_folders) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / top)) {
      const auto extension = entry.path().extension();
      if (entry.is_regular_file() && (extension == ".h" || extension == ".cc")) {
        sources.push_back(ReadSource(root, entry.path()));
      }
    }
  }
  return sources;
}

}  // namespace vigie::architecture
