#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/policy/compiled_policy.h"
#include "platform/base/clock.h"
#include "server/api/agent_sessions.h"
#include "server/retention_plan.h"
#include "server/write_lane.h"
#include "vigie/v1/policy_service.pb.h"

namespace vigie::server::api {

struct PolicyInForce {
  PolicyRecord record;
  std::shared_ptr<const policy::CompiledPolicy> compiled;
};

struct PolicyBookDeps {
  WriteLane& lane;
  Detection& detection;
  AgentSessions& sessions;
  const base::Clock& clock;
  const RetentionPlan* plan = nullptr;  // null = everything is kept
};

// The policy in force, and how it is replaced. Thread-safe.
class PolicyBook {
 public:
  // Tells `sessions` what is in force.
  PolicyBook(PolicyBookDeps deps, std::optional<PolicyInForce> current);

  std::optional<PolicyInForce> current() const;

  // What Push would say of it, and how it differs from the one in force. Changes nothing.
  v1::ValidatePolicyResponse Check(const std::string& yaml) const;

  // Compiles `yaml`; if it is good and newer it is kept, counted by and told to all agents before this returns: how
  // many. kFailedPrecondition if its version is not greater; the one in force stays then, as after any error.
  struct Pushed {
    std::uint32_t version = 0;
    std::uint32_t agents_told = 0;
  };
  // `pushed_by` is kept with it. kFailedPrecondition also if `plan` forgets events that a threshold counts.
  base::Result<Pushed> Push(const std::string& yaml, const std::string& pushed_by = "");

 private:
  base::Result<policy::CompiledPolicy> Read(const std::string& yaml) const;
  base::Result<PolicyInForce> Compile(const std::string& yaml) const;

  const PolicyBookDeps deps_;
  std::mutex pushing_;
  mutable std::mutex mutex_;
  std::optional<PolicyInForce> current_;
};

}  // namespace vigie::server::api
