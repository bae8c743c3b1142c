#include "platform/base/private_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_directory.h"

namespace vigie::base {
namespace {

unsigned ModeOf(const std::string& path) {
  struct stat status = {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 07777;
}

TEST(PrivateFile, IsMadeForItsOwnerAloneWhateverTheUmask) {
  const test::TemporaryDirectory directory;
  const mode_t before = ::umask(0);
  const auto made = EnsurePrivateFile(directory / "secret");
  ::umask(before);
  ASSERT_TRUE(made);
  EXPECT_EQ(ModeOf(directory / "secret"), 0600U);
}

TEST(PrivateFile, BecomesPrivateAndKeepsItsContent) {
  const test::TemporaryDirectory directory;
  std::ofstream(directory / "open") << "content";
  std::filesystem::permissions(directory / "open", std::filesystem::perms(0644));
  ASSERT_TRUE(EnsurePrivateFile(directory / "open"));
  EXPECT_EQ(ModeOf(directory / "open"), 0600U);
  EXPECT_EQ(std::filesystem::file_size(directory / "open"), 7U);
}

TEST(PrivateFile, RefusesWhatIsNoFile) {
  const test::TemporaryDirectory directory;
  const auto made = EnsurePrivateFile(directory.path());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::kFailedPrecondition);
}

TEST(PrivateFile, NamesThePathThatCannotBeMade) {
  const test::TemporaryDirectory directory;
  const auto made = EnsurePrivateFile(directory / "missing/file");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::kNotFound);
  EXPECT_NE(made.error().message.find(directory / "missing/file"), std::string::npos);
}

}  // namespace
}  // namespace vigie::base
