#include "server/api/sign_in_limiter.h"

#include <gtest/gtest.h>

#include "platform/fake/fake_clock.h"

namespace vigie::server::api {
namespace {

using base::ErrorCode;
using std::chrono::minutes;
using std::chrono::seconds;

const std::string kHome = "ipv4:192.0.2.7:4242";

class SignInLimiterTest : public ::testing::Test {
 protected:
  bool Listens(const std::string& name, const std::string& peer = kHome) {
    return static_cast<bool>(limiter_.Begin(name, peer));
  }
  // Each from an address of its own.
  void GuessFromEverywhere(const std::string& name, int guesses) {
    for (int i = 0; i < guesses; ++i) (void)limiter_.Begin(name, "ipv4:198.51.100." + std::to_string(i) + ":1");
  }

  platform::FakeClock clock_;
  SignInLimiter limiter_{clock_};
};

TEST_F(SignInLimiterTest, EachFurtherFailureOfANameCostsTwiceTheWait) {
  GuessFromEverywhere("ada", SignInLimiter::kOfName.free_failures);
  EXPECT_TRUE(Listens("ada", "ipv4:203.0.113.1:1")) << "the last one that is free";
  for (const int wait : {1, 2, 4, 8, 16, 32, 60, 60}) {
    const auto refused = limiter_.Begin("ada", "ipv4:203.0.113." + std::to_string(wait) + ":1");
    ASSERT_FALSE(refused) << wait;
    EXPECT_EQ(refused.error().code, ErrorCode::kResourceExhausted);
    EXPECT_EQ(refused.error().message, "too many failed attempts: wait " + std::to_string(wait) + " s");
    clock_.Advance(seconds(wait));
    EXPECT_TRUE(Listens("ADA", "ipv4:203.0.113." + std::to_string(wait) + ":2")) << "the same name in other letters";
  }
  EXPECT_TRUE(Listens("bob")) << "another name";
}

TEST_F(SignInLimiterTest, ToAskWhileItWaitsCostsNothingMore) {
  GuessFromEverywhere("ada", 100);
  clock_.Advance(seconds(1));
  EXPECT_TRUE(Listens("ada"));
}

TEST_F(SignInLimiterTest, StrangersCannotShutOutWhoSignedInFromHereBefore) {
  EXPECT_TRUE(Listens("ada"));
  limiter_.Succeeded("ada", kHome);
  for (int i = 0; i < 20; ++i) {
    GuessFromEverywhere("ada", 20);
    clock_.Advance(minutes(1));
  }
  GuessFromEverywhere("ada", 1);
  EXPECT_FALSE(Listens("ada", "ipv4:203.0.113.1:1"));
  EXPECT_TRUE(Listens("Ada", "ipv4:192.0.2.7:5555"));
}

TEST_F(SignInLimiterTest, AnAddressIsSlowedDownWhateverNamesItTries) {
  for (int i = 0; i <= SignInLimiter::kOfAddress.free_failures; ++i) {
    EXPECT_TRUE(Listens("name" + std::to_string(i), "ipv4:192.0.2.7:" + std::to_string(i))) << i;
  }
  EXPECT_FALSE(Listens("another"));
  EXPECT_TRUE(Listens("another", "ipv4:192.0.2.8:1"));
  clock_.Advance(seconds(1));
  EXPECT_TRUE(Listens("another"));
}

TEST_F(SignInLimiterTest, SuccessForgetsTheFailuresOfTheName) {
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < SignInLimiter::kOfName.free_failures; ++i) EXPECT_TRUE(Listens("ada")) << round << i;
    limiter_.Succeeded("ada", kHome);
  }
}

TEST_F(SignInLimiterTest, WhoHasAPasswordOfHisOwnGuessesOthersNoFaster) {
  for (int i = 0; i <= SignInLimiter::kOfAddress.free_failures; ++i) {
    EXPECT_TRUE(Listens("name" + std::to_string(i))) << i;
    EXPECT_TRUE(i == SignInLimiter::kOfAddress.free_failures || Listens("ada"));
    if (i < SignInLimiter::kOfAddress.free_failures) limiter_.Succeeded("ada", kHome);
  }
  EXPECT_FALSE(Listens("another"));
  EXPECT_TRUE(Listens("ada"));
  limiter_.Succeeded("ada", kHome);
  EXPECT_FALSE(Listens("another")) << "his own sign-in takes nothing back";
}

TEST_F(SignInLimiterTest, ABadNeighbourShutsOutNobodyWhoSignedInFromHereBefore) {
  EXPECT_TRUE(Listens("ada"));
  limiter_.Succeeded("ada", kHome);
  for (int i = 0; i < 100; ++i) (void)Listens("name" + std::to_string(i));
  EXPECT_FALSE(Listens("bob"));
  EXPECT_TRUE(Listens("ada"));
}

TEST_F(SignInLimiterTest, ANameIsNobodysCounterButItsOwn) {
  EXPECT_TRUE(Listens("ada"));
  limiter_.Succeeded("ada", kHome);
  for (const char* name : {"ada ipv4:192.0.2.7", " ipv4:192.0.2.7", "ipv4:192.0.2.7", ""}) {
    GuessFromEverywhere(name, 50);
  }
  EXPECT_TRUE(Listens("ada"));
  EXPECT_TRUE(Listens("bob"));
}

TEST_F(SignInLimiterTest, ASubscribersAddressesOfIPv6AreOne) {
  for (int i = 0; i <= SignInLimiter::kOfAddress.free_failures; ++i) {
    EXPECT_TRUE(Listens("name" + std::to_string(i), "ipv6:[2001:db8:0:1::" + std::to_string(i) + "]:1")) << i;
  }
  EXPECT_FALSE(Listens("another", "ipv6:%5B2001:db8:0:1:7:7:7:7%5D:443"));
  EXPECT_TRUE(Listens("another", "ipv6:[2001:db8:0:2::1]:1"));
}

TEST_F(SignInLimiterTest, AnHourWithoutFailureForgetsThem) {
  GuessFromEverywhere("ada", 10);
  clock_.Advance(SignInLimiter::kForgottenAfter);
  for (int i = 0; i <= SignInLimiter::kOfName.free_failures; ++i) EXPECT_TRUE(Listens("ada")) << i;
  EXPECT_FALSE(Listens("ada"));
}

TEST_F(SignInLimiterTest, RemembersABoundedNumberAndForgetsTheOldest) {
  GuessFromEverywhere("ada", 6);
  EXPECT_FALSE(Listens("ada"));
  clock_.Advance(std::chrono::milliseconds(1));
  for (std::size_t i = 0; i < SignInLimiter::kMost / 2; ++i) {
    (void)limiter_.Begin("name" + std::to_string(i), "ipv4:" + std::to_string(i) + ":1");
  }
  EXPECT_TRUE(Listens("ada")) << "forgotten for the newer ones";
}

}  // namespace
}  // namespace vigie::server::api
