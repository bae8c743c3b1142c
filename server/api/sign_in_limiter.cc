#include "server/api/sign_in_limiter.h"

#include <algorithm>

#include "server/users.h"

namespace vigie::server::api {
namespace {

using std::chrono::seconds;

constexpr int kMostDoublings = 16;

std::string AddressOf(const std::string& peer) {
  return peer.substr(0, peer.rfind(':'));
}

// A name has no blank in it: whatever somebody calls himself, he meets his own counter only.
std::string Pair(const std::string& name, const std::string& address) {
  return NameKey(name) + " " + address;
}

std::string OfAddress(const std::string& address) {
  return " " + address;
}

}  // namespace

std::string SignInLimiter::NameIn(const State& state, const std::string& name, const std::string& address) {
  const std::string pair = Pair(name, address);
  return state.known.contains(pair) ? pair : NameKey(name);
}

SignInLimiter::Failures& SignInLimiter::Remember(State& state, const std::string& key) const {
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

base::Result<void> SignInLimiter::Begin(const std::string& name, const std::string& peer) {
  auto state = state_.Lock();
  const std::string address = AddressOf(peer);
  const std::string name_key = NameIn(*state, name, address);
  const base::SteadyTime of_name = Remember(*state, name_key).next;
  const base::SteadyTime of_address = Remember(*state, OfAddress(address)).next;
  const auto wait = std::chrono::ceil<seconds>(std::max(of_name, of_address) - clock_.SteadyNow());
  if (wait > seconds(0)) {
    return base::Error{base::ErrorCode::kResourceExhausted,
                       "too many failed attempts: wait " + std::to_string(wait.count()) + " s"};
  }
  Fail(Remember(*state, name_key), kOfName);
  Fail(Remember(*state, OfAddress(address)), kOfAddress);
  return {};
}

void SignInLimiter::Succeeded(const std::string& name, const std::string& peer) {
  auto state = state_.Lock();
  const std::string address = AddressOf(peer);
  state->failures.erase(NameIn(*state, name, address));
  Failures& of_address = Remember(*state, OfAddress(address));
  of_address.count = std::max(of_address.count - 1, 0);
  of_address.next = {};
  if (state->known.size() >= kMost) state->known.clear();
  state->known.insert(Pair(name, address));
}

}  // namespace vigie::server::api
