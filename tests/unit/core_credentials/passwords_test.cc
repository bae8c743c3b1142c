#include "core/credentials/passwords.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <set>

namespace vigie::credentials {
namespace {

base::ErrorCode Refusal(const std::string& password, const std::string& name = "alice") {
  const auto checked = CheckPassword(password, name);
  return checked ? base::ErrorCode::kInternal : checked.error().code;
}

TEST(Passwords, LengthIsAllThatIsAskedFor) {
  EXPECT_TRUE(CheckPassword("quiet harbour", "alice"));
  EXPECT_TRUE(CheckPassword("quiet harbou", "alice")) << "twelve characters";
  EXPECT_EQ(Refusal("quiet harbo"), base::ErrorCode::kInvalidArgument) << "eleven";
  EXPECT_TRUE(CheckPassword("ééèèààùùôôîê", "alice")) << "twelve characters, whatever their bytes";
  EXPECT_EQ(Refusal("ééèèààùùôôî"), base::ErrorCode::kInvalidArgument);
  std::string longest;
  while (longest.size() < kMostPasswordBytes) longest += std::to_string(longest.size()) + "x";
  EXPECT_TRUE(CheckPassword(longest.substr(0, kMostPasswordBytes), "alice"));
  EXPECT_EQ(Refusal(longest.substr(0, kMostPasswordBytes) + "x"), base::ErrorCode::kInvalidArgument);
}

TEST(Passwords, WhatAnybodyWouldTryFirstIsRefused) {
  for (const char* weak : {"aaaaaaaaaaaa", "abcabcabcabc", "Abcdefabcdef", "123456789012", "210987654321",
                           "abcdefghijklmnop", "alicealicealice", "Alice-Alice-1", "xyalicealice!"}) {
    EXPECT_EQ(Refusal(weak), base::ErrorCode::kInvalidArgument) << weak;
  }
  for (const char* common : {"password1234", "Password12345678", "MotDePasse!!!", "qwertyuiop12", "azerty123456",
                             "welcome-admin", "passwordpassword", "P@ssw0rd2026"}) {
    EXPECT_EQ(Refusal(common), base::ErrorCode::kInvalidArgument) << common;
  }
  EXPECT_TRUE(CheckPassword("a quiet admin of harbours", "alice")) << "a common word, and enough beside it";
  EXPECT_TRUE(CheckPassword("alice likes harbours", "alice")) << "the name, and enough beside it";
  EXPECT_TRUE(CheckPassword("a quiet harbour", "a")) << "a name of one letter is in most passwords";
}

TEST(Passwords, OnlyTheSamePasswordMatches) {
  const auto hash = HashPassword("quiet harbour");
  ASSERT_TRUE(hash) << hash.error().message;
  EXPECT_TRUE(hash->starts_with("$argon2id$v=19$m=65536,t=3,p=1$")) << *hash;
  EXPECT_EQ(hash->find("quiet"), std::string::npos);
  EXPECT_TRUE(PasswordMatches(*hash, "quiet harbour"));
  EXPECT_FALSE(PasswordMatches(*hash, "Quiet harbour"));
  EXPECT_FALSE(PasswordMatches(*hash, ""));
  EXPECT_FALSE(PasswordMatches("no hash", "quiet harbour"));
  EXPECT_NE(*HashPassword("quiet harbour"), *hash) << "each has a salt of its own";
}

TEST(Passwords, AreTheSameHoweverAKeyboardComposesThem) {
  const auto hash = HashPassword("caf\xC3\xA9 du port 1");
  ASSERT_TRUE(hash);
  EXPECT_TRUE(PasswordMatches(*hash, "cafe\xCC\x81 du port 1"));
}

TEST(Passwords, NobodysHashCostsWhatAUsersDoes) {
  const std::string& nobodys = NobodysPasswordHash();
  EXPECT_EQ(crypto_pwhash_str_needs_rehash(nobodys.c_str(), 3, std::size_t{64} << 20), 0)
      << "a hash that cannot be read is refused at once, which tells that there is no such user";
  EXPECT_FALSE(PasswordMatches(nobodys, ""));
}

TEST(Passwords, OneTimePasswordsAreGoodAndNeverTheSame) {
  std::set<std::string> made;
  for (int i = 0; i < 100; ++i) {
    const std::string password = CreateOneTimePassword();
    EXPECT_TRUE(CheckPassword(password, "alice")) << password;
    EXPECT_EQ(password.size(), 24U);
    made.insert(password);
  }
  EXPECT_EQ(made.size(), 100U);
}

}  // namespace
}  // namespace vigie::credentials
