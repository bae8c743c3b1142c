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

// In code that clang-format laid out, a function outside a class begins in column 0 and ends with "}" in column 0; one inside a
// class does so in column 2. clang-tidy's readability-function-size counts exactly; this needs no compiler.
void ExpectShortFunctions(const SourceFile& source, const std::string& indent) {
  const std::regex no_function(R"(^\s*(namespace|class|struct|enum|union|extern|public|private|protected)\b.*)");
  std::size_t begin = 0;
  for (std::size_t i = 0; i < source.lines.size(); ++i) {
    const std::string& line = source.lines[i];
    const bool starts = line.size() > indent.size() && line.starts_with(indent) && line[indent.size()] != ' ' &&
                        line.ends_with("{") && line.find('(') != std::string::npos;
    if (starts && !std::regex_match(line, no_function)) begin = i + 1;
    if (line != indent + "}" || begin == 0) continue;
    EXPECT_LE(i + 1 - begin, kFunctionWall) << source.path << ":" << begin;
    begin = 0;
  }
}

TEST(Shape, NoFunctionIsOverItsWall) {
  for (const SourceFile& source : ReadSources(kAllFolders)) {
    ExpectShortFunctions(source, "");
    ExpectShortFunctions(source, "  ");
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
    for (const std::string& line : source.lines) EXPECT_FALSE(std::regex_search(line, later)) << source.path << ": " << line;
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
