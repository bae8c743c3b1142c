#include "server/initialize.h"

#include <gmock/gmock.h>

#include "core/credentials/certificates.h"
#include "core/credentials/passwords.h"
#include "platform/linux/linux_platform.h"
#include "server/collector_config.h"
#include "server/state_files.h"
#include "server/store/sqlite/sqlite_store.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

using ::testing::HasSubstr;

class Initializing : public ::testing::Test {
 protected:
  base::Result<std::string> Init(const std::string& name = "collector.example.org", const std::string& admin = "") {
    return Initialize({state_.directory(), name, admin}, *files_);
  }
  std::uint32_t ModeOf(const std::string& path) { return files_->StatusOf(path)->mode & 0777; }

  TemporaryFolder folder_;
  const StateFiles state_{folder_.File("state")};
  std::unique_ptr<platform::FileSystem> files_ = platform::MakeFileSystem();
};

TEST_F(Initializing, MakesAConfigurationThatIsGoodAsItStands) {
  const auto made = Init();
  ASSERT_TRUE(made) << made.error().message;
  const auto config = LoadConfig(*files_, state_.config(), false);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->state(), state_.directory());
  EXPECT_TRUE(LoadTls(*files_, config->tls()));
}

TEST_F(Initializing, SecretsAreForTheOwnerOnly) {
  ASSERT_TRUE(Init());
  for (const auto& path : {state_.authority_key(), state_.server_key(), state_.admin_token(), state_.store()}) {
    EXPECT_EQ(ModeOf(path), 0600U) << path;
  }
  EXPECT_EQ(ModeOf(state_.authority_certificate()), 0644U);
}

TEST_F(Initializing, TheStoreKnowsTheAdminTokenByItsHash) {
  ASSERT_TRUE(Init());
  const std::string text = ReadText(state_.admin_token());
  const std::string token = text.substr(0, text.find('\n'));
  EXPECT_EQ(token.size(), 43U);
  const auto store = SqliteStore::Open(state_.store());
  EXPECT_TRUE((*store)->FindApiToken(credentials::TokenHash(token)).value());
  EXPECT_EQ(ReadText(state_.store()).find(token), std::string::npos);
}

TEST_F(Initializing, TheFirstAdminGetsAPasswordForOnceIfOneIsNamed) {
  const auto password = Init("collector.example.org", "ada");
  ASSERT_TRUE(password) << password.error().message;
  const auto store = SqliteStore::Open(state_.store());
  const auto ada = (*store)->FindUser("ada");
  ASSERT_TRUE(ada && *ada);
  EXPECT_EQ((*ada)->role, "admin");
  EXPECT_TRUE((*ada)->one_time_password);
  EXPECT_TRUE(credentials::PasswordMatches((*ada)->password_hash, *password));
  EXPECT_EQ(ReadText(state_.store()).find(*password), std::string::npos);
}

TEST_F(Initializing, NobodyIsAddedUnasked) {
  EXPECT_EQ(Init().value(), "");
  EXPECT_TRUE((*SqliteStore::Open(state_.store()))->ListUsers()->empty());
}

TEST_F(Initializing, TheFirstAdminIsNotTheFirstToken) {
  EXPECT_EQ(Init("collector.example.org", "Admin").error().code, base::ErrorCode::kInvalidArgument);
  EXPECT_EQ(Init("collector.example.org", "no name").error().code, base::ErrorCode::kInvalidArgument);
  EXPECT_FALSE(std::filesystem::exists(state_.directory()));
}

TEST_F(Initializing, AnAuthorityIsNeverOverwritten) {
  ASSERT_TRUE(Init());
  const std::string key = ReadText(state_.authority_key());
  const auto again = Init();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, base::ErrorCode::kAlreadyExists);
  EXPECT_EQ(ReadText(state_.authority_key()), key);
}

TEST_F(Initializing, AnExistingConfigurationIsKept) {
  ASSERT_TRUE(files_->MakeDirectories(state_.directory(), 0755));
  WriteText(state_.config(), "mine");
  ASSERT_TRUE(Init());
  EXPECT_EQ(ReadText(state_.config()), "mine");
}

TEST_F(Initializing, ABadNameMakesNothing) {
  const auto made = Init("not a name");
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("server name"));
  EXPECT_FALSE(std::filesystem::exists(state_.directory()));
}

}  // namespace
}  // namespace vigie::server
