// The sizes that keep the code readable, and what each folder owes its reader.
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>

#include "tests/architecture/source_tree.h"

namespace vigie::architecture {
namespace {

const std::vector<std::string> kProductFolders = {"platform", "proto", "core", "agent", "server"};
const std::vector<std::string> kAllFolders = {"platform", "proto", "core", "agent", "server", "tests"};
constexpr std::size_t kFileWall = 400;
constexpr std::size_t kHeaderWall = 250;
constexpr std::size_t kMainWall = 40;
constexpr std::size_t kFunctionWall = 60;

TEST(Shape, NoFileIsOverItsWall) {
  for (const SourceFile& source : ReadSources(kAllFolders)) {
    const std::string name = std::filesystem::path(source.path).filename().string();
    const std::size_t wall = name == "main.cc" ? kMainWall : name.ends_with(".h") ? kHeaderWall : kFileWall;
    EXPECT_LE(source.lines.size(), wall) << source.path;
  }
}

// In code that clang-format laid out, a function outside a class begins in column 0 and ends with "}" in column 0; one
// inside a class does so in column 2. clang-tidy's readability-function-size counts exactly; this needs no compiler.
struct FunctionSize {
  std::string path;
  std::size_t begin = 0;
  std::size_t lines = 0;
};

FunctionSize LongestFunction(const SourceFile& source, const std::string& indent) {
  FunctionSize longest{source.path, 0, 0};
  const std::regex no_function(R"(^\s*(namespace|class|struct|enum|union|extern|public|private|protected)\b.*)");
  std::size_t begin = 0;
  for (std::size_t i = 0; i < source.lines.size(); ++i) {
    const std::string& line = source.lines[i];
    const bool here = line.size() > indent.size() && line.starts_with(indent) && line[indent.size()] != ' ';
    if (here && line.find('(') != std::string::npos && !std::regex_match(line, no_function)) begin = i + 1;
    if (!here || begin == 0) continue;
    if (line == indent + "}" && i + 2 - begin > longest.lines) longest = {source.path, begin, i + 2 - begin};
    if (line.ends_with(";") || line == indent + "}") begin = 0;  // a declaration, or the end
  }
  return longest;
}

TEST(Shape, MeasuresFunctionsWithWrappedSignatures) {
  SourceFile source{"wrapped.cc", {"int Wrapped(int first,", "            int second) {"}};
  source.lines.insert(source.lines.end(), 70, "  Work(first, second);");
  source.lines.push_back("}");
  EXPECT_EQ(LongestFunction(source, "").lines, 73U);
}

TEST(Shape, NoFunctionIsOverItsWall) {
  for (const SourceFile& source : ReadSources(kAllFolders)) {
    for (const char* indent : {"", "  "}) {
      const FunctionSize longest = LongestFunction(source, indent);
      EXPECT_LE(longest.lines, kFunctionWall) << longest.path << ":" << longest.begin;
    }
  }
}

TEST(Shape, HeadersStartWithPragmaOnce) {
  for (const SourceFile& source : ReadSources(kAllFolders)) {
    if (!source.path.ends_with(".h")) continue;
    ASSERT_FALSE(source.lines.empty()) << source.path;
    EXPECT_EQ(source.lines.front(), "#pragma once") << source.path;
  }
}

TEST(Shape, NamesSayWhatTheyAre) {
  const std::regex vague(R"(.*/?[a-z_]*(util|utils|helper|helpers|common|manager|misc)(_test)?\.(h|cc))");
  for (const SourceFile& source : ReadSources(kAllFolders)) {
    EXPECT_FALSE(std::regex_match(source.path, vague)) << source.path;
  }
}

TEST(Shape, NothingIsLeftForLater) {
  const std::regex later(R"(//.*\b(TODO|FIXME|XXX|HACK)\b)");
  for (const SourceFile& source : ReadSources(kProductFolders)) {
    for (const std::string& line : source.lines)
      EXPECT_FALSE(std::regex_search(line, later)) << source.path << ": " << line;
  }
}

TEST(Shape, EachTopFolderHasAReadme) {
  for (const char* folder : {"proto", "platform", "core", "agent", "server", "tests", "installers"}) {
    const auto readme = std::filesystem::path(VIGIE_SOURCE_TREE) / folder / "README.md";
    EXPECT_TRUE(std::filesystem::exists(readme)) << readme;
  }
}

}  // namespace
}  // namespace vigie::architecture
