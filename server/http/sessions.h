#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/clock.h"
#include "platform/base/guarded.h"

namespace vigie::server::http {

struct SessionLimits {
  std::chrono::seconds idle = std::chrono::minutes(30);   // without a call
  std::chrono::seconds longest = std::chrono::hours(12);  // with any number of them
  std::size_t most = 1024;
  std::size_t most_of_one_token = 32;
};

// A browser that has signed in, by API token or password. What it may is asked of the token's hash at each call.
struct Session {
  std::string id;
  std::string token_hash;       // of who signed in by password his user's stamp
  base::SystemTime expires_at;  // unless it is used before
};

// The sessions of browsers, in memory: they end with this process. Neither cookies nor tokens are kept, only their
// hashes. Thread-safe.
class Sessions {
 public:
  // `clock` outlives it.
  Sessions(SessionLimits limits, const base::Clock& clock) : limits_(limits), clock_(clock) {}

  // The new session's cookie, 256 random bits. Where there are as many as there may be, the one that was not used for
  // the longest time ends.
  std::string Begin(const std::string& token_hash);
  // Nothing if there is no such session, or none any more.
  std::optional<Session> Use(std::string_view cookie);
  bool Alive(const std::string& id) const;
  void End(const std::string& id);

 private:
  struct Entry {
    std::string token_hash;
    base::SteadyTime begun;
    base::SteadyTime used;
  };
  using Entries = std::map<std::string, Entry>;  // by the cookie's hash

  base::SteadyTime EndOf(const Entry& entry) const;
  void MakeRoom(Entries& entries, const std::string& token_hash) const;

  const SessionLimits limits_;
  const base::Clock& clock_;
  base::Guarded<Entries> entries_;
};

// What a page must say with each call that changes something, and cannot know unless it may read our answers.
std::string CsrfTokenOf(std::string_view cookie);
// In a time that says nothing of where they differ.
bool SameSecret(std::string_view one, std::string_view other);

}  // namespace vigie::server::http
