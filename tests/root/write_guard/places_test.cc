// What a carrier may not make on an outgoing place; and what such a place is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/root/loop_mount.h"
#include "tests/root/write_guard/write_guard_fixture.h"

namespace vigie::test {
namespace {

using platform::WriteOperation;
using testing::SizeIs;

constexpr const char* kRefused = "E1";

class Places : public WriteGuardFixture {};

TEST_F(Places, NothingIsMadeThere) {
  Refuse();
  const std::string made = *place_ / "new";
  for (const std::string verb : {"create", "mkdir", "symlink", "mkfifo", "unnamed"}) {
    EXPECT_EQ(actor_->Do(verb + " " + (verb == "unnamed" ? place_->path() : made)), kRefused) << verb;
    EXPECT_FALSE(std::filesystem::exists(std::filesystem::symlink_status(made))) << verb;
  }
  EXPECT_EQ(actor_->Do("attribute " + *place_ / "old"), kRefused);
  EXPECT_EQ(actor_->Do("link " + *place_ / "old " + made), kRefused);
  EXPECT_EQ(actor_->Do("rename " + *place_ / "old " + made), kRefused);
  EXPECT_EQ(ReadText(*place_ / "old").substr(0, 6), "a text");
}

// Of what was not made the kernel keeps nothing, and so it does not know one from the other.
TEST_F(Places, EachNameIsTold) {
  Refuse();
  for (const std::string name : {"one", "two", "three", "four"}) {
    EXPECT_EQ(actor_->Do("create " + *place_ / name), kRefused);
  }
  for (const std::string path : {"/one", "/two", "/three", "/four"}) {
    EXPECT_TRUE(Await([&](const auto& told) { return told.path == path; })) << path;
  }
}

TEST_F(Places, EverywhereElseItWritesAsBefore) {
  Refuse();
  EXPECT_EQ(actor_->Do("create " + *local_ / "new"), "ok");
  EXPECT_EQ(actor_->Do("open " + *local_ / "secret"), "ok");
  EXPECT_EQ(actor_->Do("rename " + *local_ / "secret " + *local_ / "renamed"), "ok");
  EXPECT_EQ(actor_->Do("mkdir " + *local_ / "folder"), "ok");
  EXPECT_EQ(actor_->Do("hold " + *local_ / "new"), "ok");
  EXPECT_EQ(actor_->Do("map"), "ok");
  ASSERT_EQ(actor_->Do("create " + *place_ / "new"), kRefused);
  ASSERT_TRUE(Await([](const auto& told) { return told.path == "/new"; }));
  EXPECT_THAT(ToldOfActor(), SizeIs(1)) << "records come in their order: nothing was told before";
}

TEST_F(Places, AFileThatLiesDeepIsToldByItsLastParts) {
  std::string folder = place_->path();
  for (const char* part : {"1", "2", "3", "4", "5", "6", "7"}) {
    folder += std::string("/") + part;
    ASSERT_EQ(::mkdir(folder.c_str(), 0755), 0);
  }
  Refuse();
  EXPECT_EQ(actor_->Do("create " + folder + "/list.csv"), kRefused);
  const auto told = Await([](const auto& write) { return write.operation == WriteOperation::kCreate; });
  ASSERT_TRUE(told);
  EXPECT_EQ(told->path, "3/4/5/6/7/list.csv");
}

// A stick with the file system that sticks have. Written to itself, too: what is below a file system is out of reach of
// all hooks of files.
TEST_F(Places, ADiskIsWrittenNeitherByItsFilesNorByItself) {
  auto stick = LoopMount::Make({.file_system = "vfat", .mebibytes = 4});
  if (!stick) GTEST_SKIP() << stick.error().message;
  struct stat status = {};
  ASSERT_EQ(::stat((*stick)->path().c_str(), &status), 0);
  ASSERT_TRUE(guard().SetPlaces({status.st_dev}));
  ASSERT_EQ(actor_->Do("create " + **stick / "before"), "ok");
  ASSERT_EQ(actor_->Do("hold-disk " + (*stick)->device()), "ok");
  ASSERT_EQ(actor_->Do("write-disk"), "ok");
  Refuse();
  EXPECT_EQ(actor_->Do("create " + **stick / "new"), kRefused);
  EXPECT_EQ(actor_->Do("open " + **stick / "before"), kRefused);
  EXPECT_EQ(actor_->Do("rename " + **stick / "before " + **stick / "after"), kRefused);
  EXPECT_EQ(actor_->Do("write-disk"), kRefused) << "a descriptor of the disk that it had before";
  EXPECT_EQ(actor_->Do("open " + (*stick)->device()), kRefused);
  EXPECT_EQ(actor_->Do("look " + (*stick)->device()), "ok");
  const auto told = Await([](const auto& write) { return write.operation == WriteOperation::kCreate; });
  ASSERT_TRUE(told);
  EXPECT_EQ(told->device, status.st_dev);
  EXPECT_EQ(told->path, "/new");
}

}  // namespace
}  // namespace vigie::test
