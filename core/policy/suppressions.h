#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy/fault_finder.h"
#include "core/policy/glob.h"
#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "vigie/v1/activity.pb.h"
#include "vigie/v1/policy.pb.h"

namespace vigie::policy {

// The rule of the incident that every sighting of a canary raises, whatever the policy says.
inline constexpr std::string_view kCanaryRule = "canary";

// "2026-12-31", the beginning of that day in UTC, or a time of RFC 3339.
base::Result<base::SystemTime> ParseDay(const std::string& text);

// Part of FindPolicyFault: each must name a threshold (or kCanaryRule), keys that it counts per, an end and an owner.
// With `now` the end must not be more than 366 days away; it may be past, for a policy does not become bad by age.
void CheckSuppressions(const v1::Policy& policy, std::optional<base::SystemTime> now, FaultFinder& find);

// What a policy suppresses. Immutable, thread-safe.
class Suppressions {
 public:
  // Of a policy without faults.
  explicit Suppressions(const v1::Policy& policy);
  Suppressions() = default;

  struct Suppression {
    v1::Suppression source;
    base::SystemTime until;
    std::optional<Glob> destination;
  };
  // The first that holds at `now` for an incident of `rule` whose subject this activity (of a user in `group`) has;
  // nullptr = none. It holds before `until`, not at it.
  struct Question {
    std::string_view rule;
    const v1::Activity& activity;
    std::string_view group;
    base::SystemTime now;
  };
  const Suppression* Find(const Question& question) const;

 private:
  std::vector<Suppression> suppressions_;
};

}  // namespace vigie::policy
