#include "agent/destination_resolver.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "core/policy/ip_address.h"
#include "platform/base/logging.h"

namespace vigie::agent {
namespace {

constexpr auto kPeriod = std::chrono::minutes(5);
constexpr std::size_t kMostRanges = 4096;  // of the kernel's table

std::set<NamedDestination> NamesOf(const vigie::policy::CompiledPolicy& policy) {
  std::set<NamedDestination> names;
  for (const std::string& entry : policy.source().allowed_destinations()) {
    if (auto name = ParseNamedDestination(entry)) names.insert(*std::move(name));
  }
  return names;
}

}  // namespace

std::optional<NamedDestination> ParseNamedDestination(std::string_view entry) {
  NamedDestination named;
  const auto colon = entry.rfind(':');
  if (colon != entry.npos) {
    const std::string_view digits = entry.substr(colon + 1);
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), named.port);
    if (failure != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    entry = entry.substr(0, colon);
  }
  const bool no_host = entry.empty() || entry == "loopback" || entry.find_first_of("*/:[]") != entry.npos;
  if (no_host || vigie::policy::ParseIpAddress(entry)) return std::nullopt;
  named.host = std::string(entry);
  return named;
}

void DestinationResolver::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    Step();
    std::unique_lock lock(mutex_);
    woken_.wait_for(lock, stop, kPeriod, [this] { return wake_; });
    wake_ = false;
  }
}

void DestinationResolver::Wake() {
  {
    const std::lock_guard lock(mutex_);
    wake_ = true;
  }
  woken_.notify_all();
}

void DestinationResolver::Step() {
  const auto policy = parts_.policy.current();
  if (!policy || parts_.network == nullptr) return;
  Allow(*policy);  // what needs no resolver does not wait for one
  const auto names = NamesOf(*policy);
  if (names.empty()) return;
  Addresses resolved;
  for (const NamedDestination& name : names) {
    if (resolved.contains(name.host)) continue;
    auto addresses = parts_.names.Resolve(name.host);
    if (!addresses) base::LogWarning("an allowed destination has no address now: {}", addresses.error().message);
    resolved[name.host] = addresses ? *std::move(addresses) : std::move(known_[name.host]);
  }
  known_ = std::move(resolved);
  Allow(*policy);
}

void DestinationResolver::Allow(const vigie::policy::CompiledPolicy& policy) {
  std::vector<platform::AddressRange> ranges = policy.allowed_destinations().ranges();
  for (const NamedDestination& name : NamesOf(policy)) {
    const auto known = known_.find(name.host);
    if (known == known_.end()) continue;
    for (const platform::IpAddress& address : known->second) ranges.push_back({address, 128, name.port});
  }
  if (ranges.size() > kMostRanges) {
    base::LogWarning("of {} allowed addresses the kernel is told {}", ranges.size(), kMostRanges);
    ranges.resize(kMostRanges);
  }
  const auto allowed = parts_.network->AllowDestinations(ranges);
  if (!allowed) base::LogWarning("allowed destinations: {}", allowed.error().message);
}

}  // namespace vigie::agent
