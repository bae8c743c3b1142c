#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/credentials/certificates.h"

namespace vigie::credentials {
namespace {

TEST(Tokens, HaveThirtyTwoBytesInUrlSafeBase64AndDoNotRepeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    const std::string token = CreateToken();
    EXPECT_EQ(token.size(), 43U);
    EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos);
    EXPECT_TRUE(seen.insert(token).second);
  }
}

TEST(Tokens, HashIsSha256InHex) {
  // FIPS 180-2, appendix B.1
  EXPECT_EQ(TokenHash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace vigie::credentials
