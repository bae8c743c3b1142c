#include "server/policy_start.h"

#include "platform/linux/linux_platform.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

class PolicyStart : public ::testing::Test {
 protected:
  base::Result<std::optional<api::PolicyInForce>> Choose() { return ChoosePolicy(path(), *files_, store_, clock_); }
  std::string path() const { return folder_.File("policy.yaml"); }
  void WriteFile(const std::string& text) { WriteText(path(), text); }
  static std::string Text(int version, int over = 5) {
    return "version: " + std::to_string(version) + "\n" + BulkThreshold(over);
  }

  TemporaryFolder folder_;
  std::unique_ptr<platform::FileSystem> files_ = platform::MakeFileSystem();
  MemoryStore store_;
  SetClock clock_;
};

TEST_F(PolicyStart, WithoutAnythingThereIsNone) {
  const auto chosen = ChoosePolicy("", *files_, store_, clock_);
  ASSERT_TRUE(chosen);
  EXPECT_FALSE(chosen->has_value());
}

TEST_F(PolicyStart, TheFilesIsTakenAndKept) {
  WriteFile(Text(3));
  const auto chosen = Choose();
  ASSERT_TRUE(chosen && *chosen);
  EXPECT_EQ((*chosen)->record.version, 3U);
  EXPECT_EQ(store_.LatestPolicy().value()->text, Text(3));
}

TEST_F(PolicyStart, OnlyAGreaterVersionReplacesTheKeptOne) {
  WriteFile(Text(3));
  ASSERT_TRUE(Choose());
  WriteFile(Text(3, 99));
  EXPECT_EQ((*Choose())->record.text, Text(3));
  WriteFile(Text(4, 99));
  EXPECT_EQ((*Choose())->record.text, Text(4, 99));
}

TEST_F(PolicyStart, ABadFileIsAnErrorOnlyWithoutAGoodOne) {
  WriteFile("version: 3\nbogus: 1\n");
  const auto refused = Choose();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("policy.yaml"), std::string::npos);
  WriteFile(Text(3));
  ASSERT_TRUE(Choose());
  WriteFile("version: 4\nbogus: 1\n");
  const auto chosen = Choose();
  ASSERT_TRUE(chosen && *chosen);
  EXPECT_EQ((*chosen)->record.version, 3U);
}

TEST_F(PolicyStart, AMissingFileIsAnErrorOnlyWithoutAGoodOne) {
  EXPECT_FALSE(Choose());
  WriteFile(Text(3));
  ASSERT_TRUE(Choose());
  std::filesystem::remove(path());
  EXPECT_TRUE(Choose());
}

}  // namespace
}  // namespace vigie::server
