#include "server/api/password_checks.h"

#include "core/credentials/passwords.h"

namespace vigie::server::api {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

// One more, until it is destroyed.
class Counted {
 public:
  explicit Counted(std::atomic<int>& count) : count_(count), number_(++count) {}
  ~Counted() { --count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  int number() const { return number_; }

 private:
  std::atomic<int>& count_;
  const int number_;
};

// Gives its place back, whatever happens.
class Taken {
 public:
  explicit Taken(std::counting_semaphore<PasswordChecks::kAtATime>& places) : places_(places) {}
  ~Taken() { places_.release(); }
  Taken(const Taken&) = delete;
  Taken& operator=(const Taken&) = delete;

 private:
  std::counting_semaphore<PasswordChecks::kAtATime>& places_;
};

}  // namespace

Result<void> PasswordChecks::Run(const std::function<void()>& work) {
  const Counted caller(callers_);
  if (caller.number() > kAtATime + kWaiting || !places_.try_acquire_for(kPatience)) {
    return Error{ErrorCode::kUnavailable, "too many people sign in at this moment: try again"};
  }
  const Taken place(places_);
  work();
  return {};
}

Result<bool> PasswordChecks::Matches(const std::string& hash, const std::string& password) {
  bool matches = false;
  auto ran = Run([&] { matches = credentials::PasswordMatches(hash, password); });
  if (!ran) return ran.error();
  return matches;
}

Result<std::string> PasswordChecks::Hash(const std::string& password) {
  Result<std::string> hash = std::string();
  auto ran = Run([&] { hash = credentials::HashPassword(password); });
  if (!ran) return ran.error();
  return hash;
}

}  // namespace vigie::server::api
