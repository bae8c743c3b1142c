#include "server/api/sign_in_limiter.h"

#include <algorithm>

#include "server/api/caller_address.h"
#include "server/users.h"

namespace vigie::server::api {
namespace {

using std::chrono::seconds;

constexpr int kMostDoublings = 16;

}  // namespace

SignInLimiter::Failures& SignInLimiter::Remember(State& state, const Key& key) const {
  auto& failures = state.failures;
  if (failures.size() >= kMost && !failures.contains(key)) {
    failures.erase(std::ranges::min_element(failures, {}, [](const auto& entry) { return entry.second.last; }));
  }
  Failures& found = failures[key];
  if (clock_.SteadyNow() - found.last >= kForgottenAfter) found = {};
  return found;
}

void SignInLimiter::Fail(Failures& failures, const Limit& limit) const {
  failures.last = clock_.SteadyNow();
  const int beyond = ++failures.count - limit.free_failures;
  if (beyond <= 0) return;
  failures.next = failures.last + std::min(seconds(1 << std::min(beyond - 1, kMostDoublings)), limit.longest);
}

SignInLimiter::Keys SignInLimiter::KeysOf(const State& state, const std::string& name, const std::string& peer) {
  const std::string key = NameKey(name);
  const std::string network = NetworkOf(peer);
  const Key both{key, network};
  if (state.known.contains(both)) return {.of_name = both, .of_network = std::nullopt};
  return {.of_name = {key, ""}, .of_network = Key{"", network}};
}

base::Result<void> SignInLimiter::Begin(const std::string& name, const std::string& peer) {
  auto state = state_.Lock();
  const Keys keys = KeysOf(*state, name, peer);
  base::SteadyTime next = Remember(*state, keys.of_name).next;
  if (keys.of_network) next = std::max(next, Remember(*state, *keys.of_network).next);
  const auto wait = std::chrono::ceil<seconds>(next - clock_.SteadyNow());
  if (wait > seconds(0)) {
    return base::Error{base::ErrorCode::kResourceExhausted,
                       "too many failed attempts: wait " + std::to_string(wait.count()) + " s"};
  }
  Fail(Remember(*state, keys.of_name), kOfName);
  if (keys.of_network) Fail(Remember(*state, *keys.of_network), kOfAddress);
  return {};
}

void SignInLimiter::Succeeded(const std::string& name, const std::string& peer) {
  auto state = state_.Lock();
  const Keys keys = KeysOf(*state, name, peer);
  state->failures.erase(keys.of_name);
  if (!keys.of_network) return;
  Failures& of_network = Remember(*state, *keys.of_network);
  of_network.count = std::max(of_network.count - 1, 0);
  of_network.next = {};
  if (state->known.size() >= kMost) state->known.clear();
  state->known.insert({keys.of_name.first, keys.of_network->second});
}

}  // namespace vigie::server::api
