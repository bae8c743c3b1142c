#include "server/cli/scan_walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "platform/fake/fake_file_system.h"

namespace vigie::cli {
namespace {

using testing::ElementsAre;
using Kind = ScanItem::Kind;

std::vector<std::string> Walk(platform::FileSystem& files, const std::string& path) {
  std::vector<std::string> seen;
  const auto walked = WalkFiles(path, files, [&](const ScanItem& item) {
    seen.push_back(item.path + (item.kind == Kind::kFile          ? ""
                                : item.kind == Kind::kUnsupported ? " unsupported"
                                                                  : " other"));
  });
  if (!walked) seen.push_back("error");
  return seen;
}

TEST(ScanWalk, VisitsEveryFileBelowADirectoryInOrder) {
  platform::FakeFileSystem files;
  files.AddFile("/d/b", "1");
  files.AddFile("/d/a/z", "2");
  files.AddFile("/d/a/y", "3");
  EXPECT_THAT(Walk(files, "/d"), ElementsAre("/d/a/y", "/d/a/z", "/d/b"));
  EXPECT_THAT(Walk(files, "/d/b"), ElementsAre("/d/b"));
}

TEST(ScanWalk, FollowsNoSymlinksInsideOfDirectories) {
  platform::FakeFileSystem files;
  files.AddFile("/d/file", "1");
  files.AddSymlink("/d/loop", "/d");
  files.AddSymlink("/given", "/d/file");
  EXPECT_THAT(Walk(files, "/d"), ElementsAre("/d/file"));
  EXPECT_THAT(Walk(files, "/given"), ElementsAre("/given"));
  EXPECT_EQ(1U, *WalkFiles("/d", files, [](const ScanItem&) {})) << "and says how many";
}

TEST(ScanWalk, ReportsWhatHasNoContent) {
  platform::FakeFileSystem files;
  files.AddFifo("/d/fifo");
  EXPECT_THAT(Walk(files, "/d"), ElementsAre("/d/fifo unsupported"));
}

TEST(ScanWalk, KnowsStandardInput) {
  platform::FakeFileSystem files;
  EXPECT_THAT(Walk(files, "-"), ElementsAre("- other"));
}

TEST(ScanWalk, RefusesAPathThatIsNotThere) {
  platform::FakeFileSystem files;
  EXPECT_THAT(Walk(files, "/none"), ElementsAre("error"));
}

}  // namespace
}  // namespace vigie::cli
