#pragma once

#include <memory>
#include <string>
#include <vector>

#include "platform/base/result.h"
#include "vigie/v1/activity.pb.h"
#include "vigie/v1/event.pb.h"
#include "vigie/v1/finding.pb.h"
#include "vigie/v1/policy.pb.h"

namespace vigie::policy {

// The `when` of a rule or threshold, ready to be asked. Immutable, thread-safe, pure.
class Condition {
 public:
  // Refuses what this build does not understand; the error names the field.
  static base::Result<Condition> Compile(const v1::Condition& source);

  // `verdict` is unspecified while it is being decided: a condition on verdicts does not hold then.
  bool Matches(const v1::Activity& activity, const v1::Inspection& inspection, v1::Verdict verdict) const;

 private:
  explicit Condition(v1::Condition source) : source_(std::move(source)) {}
  v1::Condition source_;
};

}  // namespace vigie::policy
