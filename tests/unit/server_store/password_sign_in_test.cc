#include "server/api/password_sign_in.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <new>
#include <thread>
#include <vector>

#include "core/credentials/passwords.h"
#include "platform/fake/fake_clock.h"
#include "server/api/people.h"
#include "server/store/memory/memory_store.h"

namespace vigie::server::api {
namespace {

using base::ErrorCode;
using std::chrono::hours;

constexpr const char* kPassword = "quiet harbour";
const std::string kPeer = "ipv4:192.0.2.7:4242";

class PasswordSignInTest : public ::testing::Test {
 protected:
  void SetUp() override {
    user_ = {.name = "Ada", .role = "analyst", .password_hash = *credentials::HashPassword(kPassword), .stamp = "s1"};
    user_.created_at = user_.password_set_at = clock_.Now();
    ASSERT_TRUE(store_.Write([&](StoreTransaction& transaction) { return transaction.AddUser(user_); }));
  }
  void Save() {
    ASSERT_TRUE(store_.Write([&](StoreTransaction& transaction) { return transaction.SaveUser(user_); }));
  }
  void GiveToken(const std::string& name, const std::string& role, base::SystemTime at = {}) {
    ASSERT_TRUE(store_.Write([&](StoreTransaction& transaction) {
      return transaction.AddApiToken({.hash = "hash of " + name, .name = name, .role = role, .created_at = at});
    }));
  }
  base::Error Refusal(const std::string& name, const std::string& password) {
    const auto user = sign_in_.Check(name, password, kPeer);
    return user ? base::Error{ErrorCode::kInternal, "was let in"} : user.error();
  }

  platform::FakeClock clock_;
  MemoryStore store_;
  PasswordChecks checks_;
  PasswordSignIn sign_in_{store_, checks_, clock_};
  User user_;
};

TEST_F(PasswordSignInTest, LetsInWhoHasNameAndPassword) {
  const auto user = sign_in_.Check("aDA", kPassword, kPeer);
  ASSERT_TRUE(user) << user.error().message;
  EXPECT_EQ(user->name, "Ada");
}

TEST_F(PasswordSignInTest, SaysTheSameWhateverWasWrong) {
  const base::Error wrong = Refusal("Ada", "quiet harbor");
  EXPECT_EQ(wrong.code, ErrorCode::kUnauthenticated);
  EXPECT_EQ(Refusal("nobody", kPassword).message, wrong.message);
  EXPECT_EQ(Refusal("Ada", std::string(100'000, 'x')).message, wrong.message);
  EXPECT_EQ(Refusal("Ada", "").message, wrong.message);
  user_.disabled = true;
  Save();
  EXPECT_EQ(Refusal("Ada", kPassword).message, wrong.message);
  EXPECT_EQ(Refusal("Ada", kPassword).code, ErrorCode::kUnauthenticated);
}

TEST_F(PasswordSignInTest, WhoGuessesIsSlowedDownWhetherOrNotThereIsSuchAUser) {
  for (const char* name : {"Ada", "nobody"}) {
    for (int i = 0; i <= SignInLimiter::kOfName.free_failures; ++i) {
      EXPECT_EQ(Refusal(name, "a guess of his").code, ErrorCode::kUnauthenticated) << name << i;
    }
    EXPECT_EQ(Refusal(name, kPassword).code, ErrorCode::kResourceExhausted) << name;
    clock_.Advance(std::chrono::minutes(61));
  }
}

TEST_F(PasswordSignInTest, AOneTimePasswordIsGoodForAWeek) {
  user_.one_time_password = true;
  Save();
  clock_.Advance(PasswordSignIn::kOneTimePasswordLives - hours(1));
  EXPECT_TRUE(sign_in_.Check("Ada", kPassword, kPeer));
  clock_.Advance(hours(1));
  EXPECT_EQ(Refusal("Ada", kPassword).code, ErrorCode::kUnauthenticated);
  user_.one_time_password = false;
  Save();
  EXPECT_TRUE(sign_in_.Check("Ada", kPassword, kPeer)) << "his own has no end";
}

TEST_F(PasswordSignInTest, ATokenOfAUsersNameIsHisOwn) {
  GiveToken("ADA", "admin");
  GiveToken("script", "auditor");
  const auto ada = PersonOfToken(store_, "hash of ADA");
  ASSERT_TRUE(ada && *ada);
  EXPECT_EQ((*ada)->name, "Ada") << "one person has one name";
  EXPECT_EQ((*ada)->role, "analyst") << "and one role";
  EXPECT_EQ(PersonOfToken(store_, "hash of script").value()->role, "auditor");
  EXPECT_EQ(PersonOfSession(store_, "s1").value()->name, "Ada");
  EXPECT_EQ(PersonOfSession(store_, "hash of script").value()->name, "script") << "a session that began with a token";
  EXPECT_FALSE(PersonOfToken(store_, "s1").value()) << "a stamp is no token";
  user_.disabled = true;
  Save();
  EXPECT_FALSE(PersonOfToken(store_, "hash of ADA").value());
  EXPECT_FALSE(PersonOfSession(store_, "s1").value());
}

TEST_F(PasswordSignInTest, OneIsKnownSinceTheFirstOfHisWaysIn) {
  GiveToken("ada", "analyst", clock_.Now() - hours(5));
  GiveToken("script", "auditor", clock_.Now() + hours(5));
  const auto since = KnownSince(store_);
  ASSERT_TRUE(since);
  EXPECT_EQ(since->size(), 2U);
  EXPECT_EQ(since->at("ada"), clock_.Now() - hours(5));
  EXPECT_EQ(since->at("script"), clock_.Now() + hours(5));
}

TEST_F(PasswordSignInTest, AnAdminIsWhoMayDoEverythingNow) {
  GiveToken("ada", "admin");
  EXPECT_TRUE(Admins(store_)->empty()) << "her token has her role";
  EXPECT_EQ(CheckOtherAdmin(store_, "anybody").error().code, ErrorCode::kFailedPrecondition);
  user_.role = "admin";
  Save();
  EXPECT_TRUE(CheckOtherAdmin(store_, "anybody"));
  EXPECT_FALSE(CheckOtherAdmin(store_, "Ada"));
  user_.disabled = true;
  Save();
  EXPECT_FALSE(CheckOtherAdmin(store_, "anybody"));
  GiveToken("root", "admin");
  EXPECT_TRUE(CheckOtherAdmin(store_, "Ada"));
}

TEST_F(PasswordSignInTest, WhoHasOnlyAPasswordForOnceIsNotTheAdminThatIsLeft) {
  user_.role = "admin";
  user_.one_time_password = true;
  Save();
  EXPECT_TRUE(Admins(store_)->empty()) << "it may end unused";
  GiveToken("ada", "admin");
  EXPECT_EQ(Admins(store_)->count("ada"), 1U) << "by her token";
}

TEST_F(PasswordSignInTest, WhatWouldLeaveNoAdminIsSeenBeforeItIsSaved) {
  User ada = user_;
  ada.role = "admin";
  EXPECT_TRUE(CheckAdminsWith(store_, ada));
  user_ = ada;
  Save();
  ada.one_time_password = true;
  EXPECT_EQ(CheckAdminsWith(store_, ada).error().code, ErrorCode::kFailedPrecondition) << "it may never be used";
  GiveToken("ADA", "admin");
  EXPECT_TRUE(CheckAdminsWith(store_, ada)) << "she has a token, too";
  ada.disabled = true;
  EXPECT_FALSE(CheckAdminsWith(store_, ada));
  User added = user_;
  added.name = "new";
  added.role = "analyst";
  EXPECT_TRUE(CheckAdminsWith(store_, added)) << "Ada is one";
  EXPECT_EQ(Admins(store_)->size(), 1U) << "nothing was changed";
}

TEST(PasswordChecks, WorkThatFailsGivesItsPlaceBack) {
  PasswordChecks checks;
  for (int i = 0; i < PasswordChecks::kAtATime; ++i) {
    EXPECT_THROW((void)checks.Run([] { throw std::bad_alloc(); }), std::bad_alloc);
  }
  EXPECT_TRUE(checks.Run([] {}));
  EXPECT_EQ(checks.callers(), 0);
}

TEST(PasswordChecks, RunsAFewAtATimeAndTurnsAwayWhoComesBeyondThoseThatWait) {
  constexpr int kRoom = PasswordChecks::kAtATime + PasswordChecks::kWaiting;
  PasswordChecks checks;
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  std::atomic<int> done{0};
  std::latch go(1);
  std::vector<std::jthread> callers;
  for (int i = 0; i < kRoom; ++i) {
    callers.emplace_back([&] {
      const auto ran = checks.Run([&] {
        const int now = ++running;
        for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) continue;
        go.wait();
        --running;
      });
      done += ran ? 1 : 0;
    });
  }
  while (checks.callers() < kRoom) std::this_thread::yield();
  const auto asked_at = std::chrono::steady_clock::now();
  const auto beyond = checks.Run([] {});
  EXPECT_LT(std::chrono::steady_clock::now() - asked_at, PasswordChecks::kPatience) << "did not wait";
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().code, ErrorCode::kUnavailable);
  go.count_down();
  callers.clear();
  EXPECT_EQ(done, kRoom);
  EXPECT_EQ(most, PasswordChecks::kAtATime);
}

}  // namespace
}  // namespace vigie::server::api
