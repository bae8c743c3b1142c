#include "server/http/sessions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "platform/fake/fake_clock.h"

namespace vigie::server::http {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class SessionTable : public ::testing::Test {
 protected:
  platform::FakeClock clock_;
  Sessions sessions_{{.idle = minutes(30), .longest = hours(12), .most = 4, .most_of_one_token = 2}, clock_};
};

TEST_F(SessionTable, ACookieHas256BitsAndIsNeverTheSame) {
  std::set<std::string> cookies;
  for (int number = 0; number < 100; ++number) cookies.insert(sessions_.Begin("t" + std::to_string(number)));
  EXPECT_EQ(cookies.size(), 100U);
  for (const std::string& cookie : cookies) EXPECT_EQ(cookie.size(), 43U);  // 32 bytes in base64
}

TEST_F(SessionTable, IsKnownByItsCookieOnly) {
  const std::string cookie = sessions_.Begin("hash");
  const auto session = sessions_.Use(cookie);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->token_hash, "hash");
  EXPECT_NE(session->id, cookie);
  for (const std::string& wrong : {std::string(), cookie + "A", cookie.substr(1), session->id}) {
    EXPECT_FALSE(sessions_.Use(wrong)) << wrong;
  }
}

TEST_F(SessionTable, EndsWhenNothingIsAskedForSoLong) {
  const std::string cookie = sessions_.Begin("t");
  clock_.Advance(minutes(29));
  ASSERT_TRUE(sessions_.Use(cookie));
  clock_.Advance(minutes(30) - seconds(1));
  const auto session = sessions_.Use(cookie);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->expires_at, clock_.Now() + minutes(30));
  clock_.Advance(minutes(30));
  EXPECT_FALSE(sessions_.Alive(session->id));
  EXPECT_FALSE(sessions_.Use(cookie));
}

TEST_F(SessionTable, EndsAfterTwelveHoursHoweverBusyItIs) {
  const std::string cookie = sessions_.Begin("t");
  for (int quarter = 0; quarter < 47; ++quarter) {
    clock_.Advance(minutes(15));
    ASSERT_TRUE(sessions_.Use(cookie)) << quarter;
  }
  EXPECT_EQ(sessions_.Use(cookie)->expires_at, clock_.Now() + minutes(15));
  clock_.Advance(minutes(15));
  EXPECT_FALSE(sessions_.Use(cookie));
}

TEST_F(SessionTable, AJumpOfTheWallClockProlongsNothing) {
  const std::string cookie = sessions_.Begin("t");
  clock_.Advance(minutes(31));
  clock_.SetNow(clock_.Now() - hours(24));
  EXPECT_FALSE(sessions_.Use(cookie));
}

TEST_F(SessionTable, OneThatIsEndedIsGoneAtOnce) {
  const std::string cookie = sessions_.Begin("t");
  const auto session = sessions_.Use(cookie);
  sessions_.End(session->id);
  EXPECT_FALSE(sessions_.Alive(session->id));
  EXPECT_FALSE(sessions_.Use(cookie));
}

TEST_F(SessionTable, OfOneTokenTheLongestUnusedGivesWay) {
  const std::string first = sessions_.Begin("t");
  clock_.Advance(seconds(1));
  const std::string second = sessions_.Begin("t");
  const std::string other = sessions_.Begin("u");
  clock_.Advance(seconds(1));
  ASSERT_TRUE(sessions_.Use(first));
  const std::string third = sessions_.Begin("t");
  EXPECT_TRUE(sessions_.Use(first));
  EXPECT_FALSE(sessions_.Use(second));
  EXPECT_TRUE(sessions_.Use(third));
  EXPECT_TRUE(sessions_.Use(other));
}

TEST_F(SessionTable, ThereAreNeverMoreThanThereMayBe) {
  std::vector<std::string> cookies;
  for (int number = 0; number < 10; ++number) {
    cookies.push_back(sessions_.Begin("t" + std::to_string(number)));
    clock_.Advance(seconds(1));
  }
  const auto alive =
      std::ranges::count_if(cookies, [&](const auto& cookie) { return sessions_.Use(cookie).has_value(); });
  EXPECT_EQ(alive, 4);
  EXPECT_TRUE(sessions_.Use(cookies.back()));
}

TEST(CsrfToken, BelongsToItsCookieAndDoesNotTellIt) {
  EXPECT_EQ(CsrfTokenOf("a"), CsrfTokenOf("a"));
  EXPECT_NE(CsrfTokenOf("a"), CsrfTokenOf("b"));
  EXPECT_TRUE(SameSecret("abc", "abc"));
  EXPECT_FALSE(SameSecret("abc", "abd"));
  EXPECT_FALSE(SameSecret("abc", "ab"));
}

}  // namespace
}  // namespace vigie::server::http
