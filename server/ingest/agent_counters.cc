#include "server/ingest/agent_counters.h"

#include <algorithm>
#include <limits>

namespace vigie::server::ingest {
namespace {

std::uint64_t Sum(std::uint64_t a, std::uint64_t b) {
  return b > std::numeric_limits<std::uint64_t>::max() - a ? std::numeric_limits<std::uint64_t>::max() : a + b;
}

v1::RejectionCount& CountOf(const std::string& reason, v1::AgentStatus& status) {
  auto& kept = *status.mutable_rejections();
  const auto found = std::ranges::find(kept, reason, [](const auto& count) { return count.reason(); });
  if (found != kept.end()) return *found;
  if (kept.size() >= kMostReasons && reason != "other") return CountOf("other", status);
  v1::RejectionCount& fresh = *kept.Add();
  fresh.set_reason(reason);
  return fresh;
}

}  // namespace

void AddCounts(const IngestCounts& counts, v1::AgentStatus& status) {
  status.set_events(Sum(status.events(), counts.accepted));
  status.set_ahead_events(Sum(status.ahead_events(), counts.ahead));
  status.set_rejected_events(Sum(status.rejected_events(), counts.rejected));
  const std::uint64_t missing = Sum(status.missing_events(), counts.missing);
  status.set_missing_events(missing - std::min(missing, counts.given_up));
  status.set_repeated_events(Sum(status.repeated_events(), counts.repeated));
  for (const auto& [reason, count] : counts.reasons) {
    v1::RejectionCount& kept = CountOf(reason, status);
    kept.set_count(Sum(kept.count(), count));
  }
}

}  // namespace vigie::server::ingest
