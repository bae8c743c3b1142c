#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "vigie/v1/policy.pb.h"

namespace vigie::policy {

// Why a policy that fits the schema still cannot be used.
struct Fault {
  base::ErrorCode code = base::ErrorCode::kInvalidArgument;
  std::string owner;   // "rule customers-to-media"; empty = the policy as a whole
  std::string parent;  // of the field, from the root: "rules[0]"; empty = the policy as a whole
  std::string field;   // "when.paths[1]"
  std::string reason;  // what must hold; says nothing of the value

  // "rules[0].when.paths[1]"
  std::string path() const { return parent.empty() ? field : parent + "." + field; }
};

// The first fault, about in the order of the policy's text. With `now`, suppressions that end too late are faults too.
std::optional<Fault> FindPolicyFault(const v1::Policy& policy, std::optional<base::SystemTime> now = {});
// All of them, at most 100, one for each field.
std::vector<Fault> FindPolicyFaults(const v1::Policy& policy, std::optional<base::SystemTime> now = {});
// Fields are those of the condition: "paths[1]". `policy` says which classes there are beside the product's.
std::optional<Fault> FindConditionFault(const v1::Condition& condition, const v1::Policy& policy = {});

}  // namespace vigie::policy
