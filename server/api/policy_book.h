#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/policy/compiled_policy.h"
#include "platform/base/clock.h"
#include "server/api/agent_sessions.h"
#include "server/retention_plan.h"
#include "server/rollout_plan.h"
#include "server/write_lane.h"
#include "vigie/v1/policy_service.pb.h"

namespace vigie::server::api {

struct PolicyInForce {
  PolicyRecord record;
  std::shared_ptr<const policy::CompiledPolicy> compiled;
};

// What the rings run.
struct PolicyState {
  RolloutPlan plan;
  std::map<std::uint32_t, PolicyInForce> policies;  // by version, those that a ring runs and this build can read
  std::uint32_t greatest = 0;                       // version that was ever rolled out

  std::optional<PolicyInForce> in_force() const;  // for all
};

struct PolicyBookDeps {
  WriteLane& lane;
  Detection& detection;
  AgentSessions& sessions;
  const base::Clock& clock;
  Store& store;
  const RetentionPlan* plan = nullptr;  // null = everything is kept
};

// The policies of the rings, and how they are replaced; the one of the last ring is in force for all, and the one that
// the collector counts by. A change is kept, counted by and told to the agents concerned before its method returns;
// after an error everything is as it was. Thread-safe.
class PolicyBook {
 public:
  // Tells `sessions` what the rings run.
  PolicyBook(PolicyBookDeps deps, PolicyState state);

  // In force for all.
  std::optional<PolicyInForce> current() const;
  std::vector<v1::Ring> rings() const;

  // What RollOut would say of it, and how it differs from the one in force. Changes nothing.
  v1::ValidatePolicyResponse Check(const std::string& yaml) const;

  // `who` is kept with what is done. As RolloutPlan says; also:
  // kFailedPrecondition if its version is not greater than every one before, or `plan` forgets events that it counts.
  base::Result<v1::RolloutResponse> RollOut(const v1::RollOutPolicyRequest& request, const std::string& who);
  // The same for all rings.
  base::Result<v1::RolloutResponse> Push(const std::string& yaml, const std::string& who = "");
  base::Result<v1::RolloutResponse> Promote(const v1::PromotePolicyRequest& request, const std::string& who);
  base::Result<v1::RolloutResponse> RollBack(const v1::RollBackPolicyRequest& request, const std::string& who);
  // kFailedPrecondition if a ring that is left out has workstations.
  base::Result<v1::RolloutResponse> SetRings(const std::vector<std::string>& names);

 private:
  base::Result<policy::CompiledPolicy> Read(const std::string& yaml) const;
  base::Result<PolicyInForce> Compile(const std::string& yaml) const;
  PolicyState state() const;
  // The policy of each ring of `next`, out of those that are known, else out of the store.
  base::Result<void> FindPolicies(PolicyState& next) const;
  // Makes `next` the state, with what `more` writes in the same transaction.
  using Body = std::function<base::Result<void>(StoreTransaction&)>;
  base::Result<v1::RolloutResponse> Take(PolicyState next, std::uint32_t version, const Body& more);
  std::uint32_t Tell() const;

  const PolicyBookDeps deps_;
  std::mutex changing_;
  mutable std::mutex mutex_;
  PolicyState state_;
};

}  // namespace vigie::server::api
