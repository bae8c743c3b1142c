#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "platform/base/clock.h"
#include "platform/base/guarded.h"
#include "platform/base/result.h"

namespace vigie::server::api {

// Slows down whoever guesses passwords. After some failures each further one costs a wait, a second first, then twice
// as long each time, up to a longest one: for the name, wherever the guesses come from, and for the address, whatever
// names it tries. Nobody is locked out: the longest wait for a name is a minute, and who signs in from an address from
// which he has signed in before waits only for failures with his name from there. Names are counted whether or not
// there is such a user; an address is NetworkOf a peer. Remembers at most kMost names and addresses, then forgets those
// that failed longest ago. Thread-safe.
class SignInLimiter {
 public:
  struct Limit {
    int free_failures = 0;
    std::chrono::seconds longest{0};
  };
  static constexpr Limit kOfName{5, std::chrono::seconds(60)};
  static constexpr Limit kOfAddress{20, std::chrono::minutes(5)};  // which a whole office may have
  static constexpr std::chrono::minutes kForgottenAfter{60};       // without another failure
  static constexpr std::size_t kMost = 4096;

  explicit SignInLimiter(const base::Clock& clock) : clock_(clock) {}

  // kResourceExhausted, with the time to wait. Else the attempt counts as failed until Succeeded says otherwise, so
  // that attempts at the same time do not go free. `peer` is "address:port".
  base::Result<void> Begin(const std::string& name, const std::string& peer);
  void Succeeded(const std::string& name, const std::string& peer);

 private:
  struct Failures {
    int count = 0;
    base::SteadyTime last{};
    base::SteadyTime next{};  // before it, nobody is listened to
  };
  // A name, an address, or both; what is not meant is empty. Never one text: a name is whatever somebody types.
  using Key = std::pair<std::string, std::string>;
  struct State {
    std::map<Key, Failures> failures;
    std::set<Key> known;  // names with an address from which they have signed in
  };
  // What an attempt is counted by.
  struct Keys {
    Key of_name;
    std::optional<Key> of_network;  // none for who is known there
  };

  static Keys KeysOf(const State& state, const std::string& name, const std::string& peer);
  Failures& Remember(State& state, const Key& key) const;
  void Fail(Failures& failures, const Limit& limit) const;

  const base::Clock& clock_;
  base::Guarded<State> state_;
};

}  // namespace vigie::server::api
