#include "agent/inspect/discovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/fake/fake_file_system.h"

namespace vigie::agent::inspect {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Walk(Discovery& discovery) {
  std::vector<std::string> paths;
  while (const auto file = discovery.Next()) paths.push_back(file->path);
  return paths;
}

class DiscoveryTest : public ::testing::Test {
 protected:
  DiscoveryTest() {
    files.AddFile("/home/alice/a.csv", "x");
    files.AddFile("/home/alice/deep/er/b.csv", "x");
    files.AddFile("/home/bob/c.csv", "x");
    files.AddFile("/home/empty", "");
  }
  platform::FakeFileSystem files;
};

TEST_F(DiscoveryTest, FindsEveryFileThatIsNotEmpty) {
  Discovery discovery(files, {.roots = {"/home"}, .excluded = {}});
  EXPECT_THAT(Walk(discovery),
              ::testing::UnorderedElementsAre("/home/alice/a.csv", "/home/alice/deep/er/b.csv", "/home/bob/c.csv"));
  EXPECT_TRUE(discovery.done());
  EXPECT_EQ(discovery.counts().files, 3U);
}

TEST_F(DiscoveryTest, LeavesOutWhatIsExcluded) {
  Discovery discovery(files, {.roots = {"/home"}, .excluded = {"/home/alice"}});
  EXPECT_THAT(Walk(discovery), ElementsAre("/home/bob/c.csv"));
}

TEST_F(DiscoveryTest, FollowsNoSymbolicLinks) {
  files.AddSymlink("/srv/loop", "/home");
  files.AddFifo("/srv/pipe");
  Discovery discovery(files, {.roots = {"/srv"}, .excluded = {}});
  EXPECT_THAT(Walk(discovery), IsEmpty());
}

TEST_F(DiscoveryTest, CountsWhatIsTooDeepOrMissing) {
  Discovery discovery(files, {.roots = {"/home", "/nowhere"}, .excluded = {}, .max_depth = 1});
  EXPECT_THAT(Walk(discovery), ::testing::UnorderedElementsAre("/home/alice/a.csv", "/home/bob/c.csv"));
  EXPECT_EQ(discovery.counts().skipped, 2U);
}

TEST_F(DiscoveryTest, StartsAgain) {
  Discovery discovery(files, {.roots = {"/home/bob"}, .excluded = {}});
  Walk(discovery);
  discovery.Restart();
  EXPECT_THAT(Walk(discovery), ElementsAre("/home/bob/c.csv"));
}

}  // namespace
}  // namespace vigie::agent::inspect
