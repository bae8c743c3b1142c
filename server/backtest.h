#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "core/policy/compiled_policy.h"
#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "vigie/v1/policy_service.pb.h"

namespace vigie::server {

struct BacktestQuestion {
  std::shared_ptr<const policy::CompiledPolicy> tested;
  std::shared_ptr<const policy::CompiledPolicy> in_force;  // none = nothing to compare with
  std::optional<base::SystemTime> since = {};
};

// What a policy would have done with the stored events (policy_service.proto). Thread-safe; reads only.
class Backtest {
 public:
  virtual ~Backtest() = default;

  // Tells progress some times a second, then the result; ends early, with kCancelled, when `tell` returns false.
  // kResourceExhausted while another runs.
  using Tell = std::function<bool(const v1::BacktestPolicyResponse&)>;
  virtual base::Result<void> Run(const BacktestQuestion& question, const Tell& tell) = 0;
};

}  // namespace vigie::server
