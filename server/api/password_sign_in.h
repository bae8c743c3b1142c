#pragma once

#include <chrono>
#include <string>

#include "server/api/password_checks.h"
#include "server/api/sign_in_limiter.h"
#include "server/store.h"

namespace vigie::server::api {

// Whether somebody is the user that he says he is. Whether there is such a user shows neither in the answer nor in its
// time. Thread-safe.
class PasswordSignIn {
 public:
  // From when it was set on.
  static constexpr std::chrono::hours kOneTimePasswordLives{7 * 24};

  // All outlive it.
  PasswordSignIn(Store& store, PasswordChecks& checks, const base::Clock& clock)
      : store_(store), checks_(checks), clock_(clock), limiter_(clock) {}

  // The user. kUnauthenticated, always in the same words, for a wrong name or password, a disabled user, and a one-time
  // password that is too old; kResourceExhausted as SignInLimiter, kUnavailable as PasswordChecks say.
  base::Result<User> Check(const std::string& name, const std::string& password, const std::string& peer);

 private:
  bool IsGood(const User& user) const;

  Store& store_;
  PasswordChecks& checks_;
  const base::Clock& clock_;
  SignInLimiter limiter_;
};

}  // namespace vigie::server::api
