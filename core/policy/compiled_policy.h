#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/policy/allowed_destinations.h"
#include "core/policy/condition.h"
#include "core/policy/suppressions.h"
#include "platform/base/result.h"
#include "vigie/v1/policy.pb.h"

namespace vigie::policy {

struct CompiledRule {
  v1::Rule source;
  Condition when;
};

struct CompiledThreshold {
  v1::Threshold source;
  Condition when;
  std::vector<Condition> steps = {};  // of its sequence
};

struct CompiledTag {
  std::string name;
  Condition when;
};

// A policy that was found good. Immutable and thread-safe; share it as std::shared_ptr<const CompiledPolicy>.
class CompiledPolicy {
 public:
  // Ids unique and non-empty, version ≥ 1, every enumeration set, windows within bounds, nothing that this build cannot
  // do (kUnsupported). The error names rule or threshold and field.
  static base::Result<CompiledPolicy> Compile(v1::Policy source);

  const v1::Policy& source() const { return source_; }
  const std::vector<CompiledRule>& rules() const { return rules_; }
  const std::vector<CompiledThreshold>& thresholds() const { return thresholds_; }
  const std::vector<CompiledTag>& tags() const { return tags_; }
  const AllowedDestinations& allowed_destinations() const { return allowed_destinations_; }
  const Suppressions& suppressions() const { return suppressions_; }
  // The group that a user is in; "" = none.
  const std::string& GroupOf(const std::string& user) const;
  // What every policy has beside its own: kCanaryRule, an incident for each user and host where a canary is sighted.
  const CompiledThreshold& canary() const { return canary_.front(); }

 private:
  CompiledPolicy() = default;
  v1::Policy source_;
  std::vector<CompiledRule> rules_;
  std::vector<CompiledThreshold> thresholds_;
  std::vector<CompiledThreshold> canary_;  // one
  std::vector<CompiledTag> tags_;
  AllowedDestinations allowed_destinations_;
  Suppressions suppressions_;
  std::unordered_map<std::string, std::string> group_of_;
};

// YAML → schema → compiled. Errors carry file, line and key where the text is wrong, rule and field where the meaning
// is. `now` is for what a policy may say of the future, when it is new: a suppression ends within a year.
base::Result<CompiledPolicy> ReadPolicy(std::string_view yaml, const std::string& file_name,
                                        std::optional<base::SystemTime> now = {});

struct Decision {
  v1::Verdict verdict = v1::VERDICT_ALLOW;
  std::string rule;     // empty = no rule matched
  bool shadow = false;  // verdict is what would have been done; nothing is enforced
};

// An allowed destination is allowed, by kAllowedDestinationRule. Else the strictest action of all rules that match; an
// enforced rule wins over a shadow one of the same strictness; no match allows. Pure: no clock, no I/O.
Decision Evaluate(const CompiledPolicy& policy, const v1::Activity& activity, const v1::Inspection& inspection);

}  // namespace vigie::policy
