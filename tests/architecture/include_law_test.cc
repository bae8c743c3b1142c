// The law of includes: platform ◀ proto ◀ core ◀ {agent, server}. A link in CMake is the permission to include; the
// links themselves are held against the layers here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/architecture/source_tree.h"

namespace vigie::architecture {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;

const std::vector<std::string> kProductFolders = {"platform", "proto", "core", "agent", "server"};

struct LinkGraph {
  std::map<std::string, std::string> folder_of;             // target → folder
  std::map<std::string, std::set<std::string>> targets_in;  // folder → targets
  std::map<std::string, std::set<std::string>> links;       // target → targets

  void Reach(const std::string& target, std::set<std::string>& reached) const {
    if (!reached.insert(target).second) return;
    const auto found = links.find(target);
    if (found == links.end()) return;
    for (const std::string& next : found->second) Reach(next, reached);
  }

  // The folder whose targets build this one: itself, or the nearest one above that has any.
  std::string Home(const std::string& folder) const {
    std::filesystem::path home = folder;
    while (home.has_parent_path() && !targets_in.contains(home.string())) home = home.parent_path();
    return home.string();
  }

  bool MayInclude(const std::string& from_folder, const std::string& to_folder) const {
    const auto from = targets_in.find(Home(from_folder));
    const auto to = targets_in.find(Home(to_folder));
    if (from == to) return true;
    if (from == targets_in.end() || to == targets_in.end()) return false;
    std::set<std::string> reached;
    for (const std::string& target : from->second) Reach(target, reached);
    return std::ranges::any_of(to->second, [&](const auto& target) { return reached.contains(target); });
  }
};

LinkGraph ReadLinks() {
  LinkGraph graph;
  std::ifstream file(VIGIE_LINKS_FILE);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string target, folder, link;
    words >> target >> folder;
    graph.folder_of[target] = folder;
    graph.targets_in[folder].insert(target);
    while (words >> link) graph.links[target].insert(link);
  }
  // The generated code, which is no vigie_library.
  graph.targets_in["vigie/v1"] = {"vigie_proto"};
  graph.links["vigie_grpc"] = {"vigie_proto"};
  return graph;
}

std::string TopOf(const std::string& folder) {
  return folder.substr(0, folder.find('/'));
}

int LayerOf(const std::string& folder) {
  static const std::map<std::string, int> kLayers = {
      {"platform", 0}, {"proto", 1}, {"core", 2}, {"agent", 3}, {"server", 3}};
  return kLayers.at(TopOf(folder));
}

bool IsStage(const std::string& folder) {
  return folder.find('/') != std::string::npos && LayerOf(folder) == 3;
}

TEST(IncludeLaw, KnowsTheTargets) {
  const LinkGraph graph = ReadLinks();
  for (const std::string& folder : kProductFolders) {
    const bool known =
        std::ranges::any_of(graph.targets_in, [&](const auto& entry) { return TopOf(entry.first) == folder; });
    EXPECT_TRUE(known) << "no target below " << folder << " in " << VIGIE_LINKS_FILE;
  }
}

TEST(IncludeLaw, EveryQuotedIncludeIsALink) {
  const LinkGraph graph = ReadLinks();
  for (const SourceFile& source : ReadSources(kProductFolders)) {
    for (const Include& include : source.includes()) {
      if (!include.quoted) continue;
      const std::string folder = std::filesystem::path(include.target).parent_path().string();
      EXPECT_TRUE(graph.MayInclude(source.folder(), folder))
          << source.path << ":" << include.line << " includes " << include.target << ", but no target of "
          << source.folder() << " links one of " << folder;
    }
  }
}

TEST(IncludeLaw, LinksGoDownTheLayersOnly) {
  const LinkGraph graph = ReadLinks();
  for (const auto& [target, links] : graph.links) {
    const auto from = graph.folder_of.find(target);
    if (from == graph.folder_of.end()) continue;
    for (const std::string& link : links) {
      const auto to = graph.folder_of.find(link);
      if (to == graph.folder_of.end()) continue;
      const bool same_top = TopOf(from->second) == TopOf(to->second);
      EXPECT_TRUE(same_top || LayerOf(to->second) < LayerOf(from->second)) << target << " must not link " << link;
    }
  }
}

TEST(IncludeLaw, AStageNeverLinksItsNeighbour) {
  const LinkGraph graph = ReadLinks();
  for (const auto& [target, links] : graph.links) {
    const auto from = graph.folder_of.find(target);
    if (from == graph.folder_of.end() || !IsStage(from->second)) continue;
    for (const std::string& link : links) {
      const auto to = graph.folder_of.find(link);
      if (to == graph.folder_of.end() || !IsStage(to->second)) continue;
      EXPECT_EQ(from->second, to->second)
          << target << " links its neighbour " << link << ": wire them in the folder above";
    }
  }
}

// Where a header may be included, and why it may not be elsewhere.
struct Confinement {
  std::string header;  // regular expressions
  std::string allowed_in;
  std::string reason;
};

const std::vector<Confinement> kConfinements = {
    {R"((sys|linux|netinet|arpa|asm)/.*|(unistd|fcntl|poll|signal|pwd|grp|dirent|sched|mntent|spawn|termios|syslog|libudev|seccomp)\.h|systemd/.*)",
     R"(platform/linux/.*)", "what belongs to one operating system stops at the seam"},
    {R"(windows\.h|winsock2\.h)", R"(platform/windows/.*)", "what belongs to one operating system stops at the seam"},
    {R"(grpcpp/.*|grpc/.*|vigie/v1/.*\.grpc\.pb\.h)",
     R"(proto/contract/grpc_status\.(h|cc)|.*_(service|services|credentials|stream|channel|authorization|authenticator|client)\.(h|cc)|server/server\.(h|cc)|server/(api|http)/.*)",
     "only the edges of services and streams pay for gRPC's headers"},
    {R"(boost/.*)", R"(server/http/.*)", "HTTP stays behind its own seam"},
    {R"(curl/.*)", R"(server/integrations/.*)", "what leaves for others leaves by one door"},
    {R"(prometheus/.*)", R"(server/metrics/.*)", "one place for figures"},
    {R"(sqlite3\.h)", R"(platform/sqlite/.*)", "one wrapper"},
    {R"(yaml-cpp/.*)", R"(proto/contract/.*)", "one YAML reader"},
    {R"(spdlog/.*)", R"(platform/base/.*)", "one logger"},
    {R"(hs/.*|hs\.h)", R"(core/patterns/.*)", "one pattern engine"},
    {R"(archive(_entry)?\.h)", R"(core/content/.*)", "archives are opened by the inspector only"},
};

TEST(IncludeLaw, HeavyAndSystemHeadersStayWhereTheyBelong) {
  for (const SourceFile& source : ReadSources(kProductFolders)) {
    for (const Include& include : source.includes()) {
      for (const Confinement& rule : kConfinements) {
        if (!std::regex_match(include.target, std::regex(rule.header))) continue;
        EXPECT_TRUE(std::regex_match(source.path, std::regex(rule.allowed_in)))
            << source.path << ":" << include.line << " includes <" << include.target << ">: " << rule.reason;
      }
    }
  }
}

TEST(IncludeLaw, SqlStandsOnlyInStores) {
  const std::regex sql(R"re("\s*(SELECT|INSERT|UPDATE|DELETE FROM|CREATE TABLE)\b)re");
  const std::regex stores(
      R"(server/store/sqlite/.*|agent/spool/.*|agent/inspect/(verdict|derived)_index.*|platform/sqlite/.*)");
  for (const SourceFile& source : ReadSources(kProductFolders)) {
    if (std::regex_match(source.path, stores)) continue;
    for (const std::string& line : source.lines) {
      EXPECT_FALSE(std::regex_search(line, sql)) << source.path << " holds SQL: " << line;
    }
  }
}

TEST(IncludeLaw, NoOperatingSystemSwitchesOutsidePlatform) {
  const std::regex directive(R"(#\s*if.*(_WIN32|__linux__|__APPLE__))");
  for (const SourceFile& source : ReadSources({"proto", "core", "agent", "server"})) {
    for (const std::string& line : source.lines) {
      EXPECT_FALSE(std::regex_search(line, directive))
          << source.path << ": the operating system is a CMake source list";
    }
  }
}

}  // namespace
}  // namespace vigie::architecture
