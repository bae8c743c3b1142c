// What every FileSystem promises (platform/file_system.h).
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "platform/base/file_reading.h"
#include "platform/fake/fake_file_system.h"
#include "platform/linux/linux_platform.h"
#include "tests/support/temporary_directory.h"

namespace vigie::platform {
namespace {

using base::ErrorCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class OnDisk {
 public:
  FileSystem& files() { return *files_; }
  std::string root() const { return directory_.path(); }
  void AddSymlink(const std::string& path, const std::string& target) { std::filesystem::create_symlink(target, path); }
  void AddFifo(const std::string& path) { ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0); }

 private:
  test::TemporaryDirectory directory_;
  std::unique_ptr<FileSystem> files_ = MakeFileSystem();
};

class InMemory {
 public:
  InMemory() { EXPECT_TRUE(files_.MakeDirectories(root(), 0755)); }
  FileSystem& files() { return files_; }
  std::string root() const { return "/work"; }
  void AddSymlink(const std::string& path, const std::string& target) { files_.AddSymlink(path, target); }
  void AddFifo(const std::string& path) { files_.AddFifo(path); }

 private:
  FakeFileSystem files_;
};

template <typename Body>
class FileSystemContract : public ::testing::Test {
 protected:
  FileSystem& files() { return body_.files(); }
  std::string At(const std::string& name) { return body_.root() + "/" + name; }
  void Write(const std::string& name, std::string_view content) {
    ASSERT_TRUE(files().WriteFileDurably(At(name), content, 0600));
  }

  Body body_;
};

using Bodies = ::testing::Types<OnDisk, InMemory>;
TYPED_TEST_SUITE(FileSystemContract, Bodies);

TYPED_TEST(FileSystemContract, ReadsBackWhatWasWritten) {
  const std::string content("a\0b\n\xff", 5);
  ASSERT_TRUE(this->files().WriteFileDurably(this->At("file"), content, 0640));
  const auto read = this->files().ReadFile(this->At("file"), 5);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, content);
  const auto status = this->files().StatusOf(this->At("file"));
  ASSERT_TRUE(status);
  EXPECT_EQ(status->kind, FileKind::kRegular);
  EXPECT_EQ(status->identity.bytes, 5U);
  EXPECT_EQ(status->mode, 0640U);
}

TYPED_TEST(FileSystemContract, ReplacesAFileAsAWholeAndLeavesNothingBeside) {
  this->Write("file", "the first, longer content");
  const auto before = this->files().StatusOf(this->At("file"));
  const auto open = this->files().OpenForReading(this->At("file"));
  this->Write("file", "second");
  EXPECT_EQ(*this->files().ReadFile(this->At("file"), 100), "second");
  const auto after = this->files().StatusOf(this->At("file"));
  EXPECT_NE(before->identity, after->identity);
  std::array<char, 5> first{};
  ASSERT_TRUE(base::ReadAt(*open, 4, first));
  EXPECT_EQ(std::string(first.data(), first.size()), "first") << "who has the old one open keeps it";
  EXPECT_THAT(*this->files().List(this->At("")), ElementsAre("file"));
}

TYPED_TEST(FileSystemContract, ReadsAnEmptyFileWithAnyLimit) {
  this->Write("empty", "");
  const auto read = this->files().ReadFile(this->At("empty"), 0);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, "");
}

TYPED_TEST(FileSystemContract, RefusesToReadMoreThanTheLimit) {
  this->Write("file", "123456");
  EXPECT_TRUE(this->files().ReadFile(this->At("file"), 6));
  const auto read = this->files().ReadFile(this->At("file"), 5);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kResourceExhausted);
  EXPECT_THAT(read.error().message, HasSubstr(this->At("file")));
}

TYPED_TEST(FileSystemContract, NamesThePathThatIsMissing) {
  const std::string path = this->At("missing");
  for (const auto& error :
       {this->files().ReadFile(path, 1).error(), this->files().OpenForReading(path).error(),
        this->files().StatusOf(path).error(), this->files().Remove(path).error(), this->files().List(path).error(),
        this->files().FreeBytes(path).error(), this->files().WriteFileDurably(path + "/x", "", 0600).error()}) {
    EXPECT_EQ(error.code, ErrorCode::kNotFound) << error.message;
    EXPECT_THAT(error.message, HasSubstr(path));
  }
}

TYPED_TEST(FileSystemContract, TellsTheSameOfAnOpenFileAsOfItsPath) {
  this->Write("file", "content");
  const auto open = this->files().OpenForReading(this->At("file"));
  ASSERT_TRUE(open);
  const auto by_descriptor = this->files().Status(*open);
  const auto by_path = this->files().StatusOf(this->At("file"));
  ASSERT_TRUE(by_descriptor);
  ASSERT_TRUE(by_path);
  EXPECT_EQ(by_descriptor->identity, by_path->identity);
  EXPECT_EQ(by_descriptor->kind, by_path->kind);
  EXPECT_EQ(by_descriptor->mode, by_path->mode);
}

TYPED_TEST(FileSystemContract, OpensForReadingOnly) {
  this->Write("file", "content");
  const auto open = this->files().OpenForReading(this->At("file"));
  ASSERT_TRUE(open);
  EXPECT_EQ(::write(open->get(), "x", 1), -1);
  EXPECT_EQ(::fcntl(open->get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

TYPED_TEST(FileSystemContract, GivesEachOpenAnOffsetOfItsOwn) {
  this->Write("file", "content");
  const auto first = this->files().OpenForReading(this->At("file"));
  const auto second = this->files().OpenForReading(this->At("file"));
  std::array<char, 7> buffer{};
  ASSERT_EQ(::read(first->get(), buffer.data(), buffer.size()), 7);
  EXPECT_EQ(::read(second->get(), buffer.data(), buffer.size()), 7);
}

TYPED_TEST(FileSystemContract, DoesNotWaitForAFifo) {
  this->body_.AddFifo(this->At("fifo"));
  const auto open = this->files().OpenForReading(this->At("fifo"));
  ASSERT_TRUE(open);
  EXPECT_EQ(this->files().Status(*open)->kind, FileKind::kOther);
  const auto read = this->files().ReadFile(this->At("fifo"), 10);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kFailedPrecondition);
}

TYPED_TEST(FileSystemContract, FollowsASymlinkUnlessAskedNotTo) {
  this->Write("file", "content");
  this->body_.AddSymlink(this->At("link"), "file");
  EXPECT_EQ(*this->files().ReadFile(this->At("link"), 10), "content");
  EXPECT_EQ(this->files().StatusOf(this->At("link"))->kind, FileKind::kRegular);
  EXPECT_EQ(this->files().StatusOf(this->At("link"), false)->kind, FileKind::kSymlink);
  EXPECT_TRUE(this->files().OpenForReading(this->At("file"), false));
  const auto refused = this->files().OpenForReading(this->At("link"), false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kFailedPrecondition);
}

TYPED_TEST(FileSystemContract, EndsOnALoopOfSymlinks) {
  this->body_.AddSymlink(this->At("a"), "b");
  this->body_.AddSymlink(this->At("b"), "a");
  const auto read = this->files().ReadFile(this->At("a"), 10);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kFailedPrecondition);
}

TYPED_TEST(FileSystemContract, MakesADirectoryWithItsParentsAndAgain) {
  const std::string deep = this->At("a/b/c");
  ASSERT_TRUE(this->files().MakeDirectories(deep, 0700));
  ASSERT_TRUE(this->files().MakeDirectories(deep, 0700));
  const auto status = this->files().StatusOf(deep);
  EXPECT_EQ(status->kind, FileKind::kDirectory);
  EXPECT_EQ(status->mode, 0700U);
  const auto open = this->files().OpenForReading(deep);
  ASSERT_TRUE(open);
  EXPECT_EQ(this->files().Status(*open)->kind, FileKind::kDirectory);
}

TYPED_TEST(FileSystemContract, MakesNoDirectoryWhereAFileIs) {
  this->Write("file", "");
  const auto made = this->files().MakeDirectories(this->At("file"), 0700);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::kFailedPrecondition);
}

TYPED_TEST(FileSystemContract, ListsNamesInOrderAndNotWhatIsBelow) {
  EXPECT_THAT(*this->files().List(this->At("")), IsEmpty());
  this->Write("b", "");
  this->Write("a", "");
  ASSERT_TRUE(this->files().MakeDirectories(this->At("c/below"), 0700));
  EXPECT_THAT(*this->files().List(this->At("")), ElementsAre("a", "b", "c"));
  EXPECT_FALSE(this->files().List(this->At("a"))) << "a file has no names in it";
}

TYPED_TEST(FileSystemContract, RemovesFilesAndEmptyDirectories) {
  ASSERT_TRUE(this->files().MakeDirectories(this->At("folder"), 0700));
  this->Write("folder/file", "x");
  const auto refused = this->files().Remove(this->At("folder"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_TRUE(this->files().Remove(this->At("folder/file")));
  EXPECT_TRUE(this->files().Remove(this->At("folder")));
  EXPECT_THAT(*this->files().List(this->At("")), IsEmpty());
}

TYPED_TEST(FileSystemContract, DoesNotReplaceADirectoryByAFile) {
  ASSERT_TRUE(this->files().MakeDirectories(this->At("folder"), 0700));
  EXPECT_FALSE(this->files().WriteFileDurably(this->At("folder"), "x", 0600));
  EXPECT_THAT(*this->files().List(this->At("")), ElementsAre("folder"));
}

TYPED_TEST(FileSystemContract, WritesNothingBelowAFile) {
  this->Write("file", "");
  const auto written = this->files().WriteFileDurably(this->At("file/below"), "x", 0600);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kFailedPrecondition);
}

TYPED_TEST(FileSystemContract, TellsHowMuchMayStillBeWritten) {
  const auto free = this->files().FreeBytes(this->At(""));
  ASSERT_TRUE(free);
  EXPECT_GT(*free, 0U);
}

}  // namespace
}  // namespace vigie::platform
