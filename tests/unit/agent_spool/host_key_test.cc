#include "core/seal/host_key.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/agent/temporary_directory.h"

namespace vigie::seal {
namespace {

class HostKeyTest : public ::testing::Test {
 protected:
  HostKey::Loaded Load() {
    auto key = HostKey::LoadOrMake(path);
    EXPECT_TRUE(key) << key.error().message;
    return *std::move(key);
  }
  agent::TemporaryDirectory directory;
  const std::string path = directory.path() + "/host.key";
};

TEST_F(HostKeyTest, IsMadeOnceForItsOwnerOnly) {
  const auto first = Load();
  EXPECT_TRUE(first.made);
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(std::filesystem::file_size(path), HostKey::kBytes);
  const auto again = Load();
  EXPECT_FALSE(again.made);
  EXPECT_EQ(again.key.Open(first.key.Seal("text", "for this"), "for this"), "text");
}

TEST_F(HostKeyTest, OpensOnlyWhatItSealedForTheSamePurposeAndUnchanged) {
  const auto key = Load().key;
  std::string sealed = key.Seal("text", "7");
  EXPECT_EQ(sealed.size(), 4 + HostKey::kOverhead);
  EXPECT_NE(sealed, key.Seal("text", "7"));
  EXPECT_EQ(key.Open(sealed, "7"), "text");
  EXPECT_FALSE(key.Open(sealed, "8"));
  EXPECT_FALSE(HostKey::Make()->Open(sealed, "7"));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    sealed[i] = static_cast<char>(sealed[i] ^ 1);
    EXPECT_FALSE(key.Open(sealed, "7")) << i;
    sealed[i] = static_cast<char>(sealed[i] ^ 1);
  }
  EXPECT_FALSE(key.Open(sealed.substr(0, 10), "7"));
  EXPECT_EQ(key.Open(key.Seal("", ""), ""), "");
}

TEST_F(HostKeyTest, MakesTheSameDigestOfTheSameTextForTheSamePurposeOnly) {
  const auto key = Load().key;
  const auto digest = key.DigestOf("text", "this");
  EXPECT_EQ(Load().key.DigestOf("text", "this"), digest) << "the same key, loaded again";
  EXPECT_NE(key.DigestOf("texu", "this"), digest);
  EXPECT_NE(key.DigestOf("text", "that"), digest);
  EXPECT_NE(HostKey::Make()->DigestOf("text", "this"), digest);
}

TEST_F(HostKeyTest, IsMadeAnewIfTheFileIsNone) {
  std::ofstream(path) << "not a key";
  EXPECT_TRUE(Load().made);
  EXPECT_TRUE(std::filesystem::exists(path + ".damaged"));
  EXPECT_FALSE(Load().made);
}

TEST_F(HostKeyTest, IsTakenFromOthersWhoCouldReadIt) {
  using std::filesystem::perms;
  const auto first = Load();
  std::filesystem::permissions(path, perms::owner_read | perms::owner_write | perms::group_read | perms::others_read);
  const auto again = Load();
  EXPECT_FALSE(again.made);
  EXPECT_EQ(std::filesystem::status(path).permissions(), perms::owner_read | perms::owner_write);
}

TEST_F(HostKeyTest, OfAnotherUserIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  (void)Load();
  ASSERT_EQ(::chown(path.c_str(), 65534, 65534), 0);
  const auto key = HostKey::LoadOrMake(path);
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().code, base::ErrorCode::kPermissionDenied);
}

TEST_F(HostKeyTest, IsARegularFile) {
  std::filesystem::create_directory(path);
  EXPECT_FALSE(HostKey::LoadOrMake(path));
  std::filesystem::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const auto key = HostKey::LoadOrMake(path);
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().code, base::ErrorCode::kFailedPrecondition);
}

}  // namespace
}  // namespace vigie::seal
