#include "server/api/policy_book.h"

#include <algorithm>
#include <set>

#include "core/policy/policy_errors.h"
#include "core/policy/policy_problems.h"
#include "platform/base/line_difference.h"
#include "platform/base/logging.h"

namespace vigie::server::api {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr const char* kFileName = "policy";  // for messages

// Reads what was committed: to be called within the lane, where nothing else is committed.
Result<void> CheckEmpty(const RolloutPlan& former, const RolloutPlan& next, Store& store) {
  std::set<std::string> gone;
  for (const v1::Ring& ring : former.rings()) {
    if (!next.Has(ring.name())) gone.insert(ring.name());
  }
  if (gone.empty()) return {};
  const auto read = store.EachChangedAgent(0, [&](const AgentRecord& agent) -> Result<void> {
    if (agent.status.has_revoked_at() || !gone.contains(RingOf(agent.status))) return {};
    return Error{ErrorCode::kFailedPrecondition,
                 "ring " + RingOf(agent.status) + " has workstations: move them to another ring first"};
  });
  return read ? Result<void>() : Result<void>(read.error());
}

Result<PolicyInForce> ReadKept(std::uint32_t version, Store& store) {
  const auto kept = store.ListPolicies();
  if (!kept) return kept.error();
  const auto record = std::ranges::find(*kept, version, &PolicyRecord::version);
  if (record == kept->end()) return Error{ErrorCode::kDataLoss, "the former policy is not kept"};
  auto compiled = policy::ReadPolicy(record->text, "kept policy");
  if (!compiled) {
    return Error{ErrorCode::kFailedPrecondition,
                 "this collector cannot read policy " + std::to_string(version) + ": " + compiled.error().message};
  }
  return PolicyInForce{*record, std::make_shared<const policy::CompiledPolicy>(*std::move(compiled))};
}

// The configuration may keep less than when it was rolled out; what undoes another one is not refused for that.
void WarnOfWindows(const PolicyInForce& policy, const RetentionPlan& plan) {
  if (auto kept = plan.CheckWindows(policy.compiled->source()); !kept) base::LogError("{}", kept.error().message);
}

}  // namespace

std::optional<PolicyInForce> PolicyState::in_force() const {
  const auto found = policies.find(plan.in_force());
  return found == policies.end() ? std::nullopt : std::optional(found->second);
}

PolicyBook::PolicyBook(PolicyBookDeps deps, PolicyState state) : deps_(deps), state_(std::move(state)) {
  Tell();
}

std::optional<PolicyInForce> PolicyBook::current() const {
  const std::lock_guard lock(mutex_);
  return state_.in_force();
}

std::vector<v1::Ring> PolicyBook::rings() const {
  const std::lock_guard lock(mutex_);
  return state_.plan.rings();
}

PolicyState PolicyBook::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

Result<policy::CompiledPolicy> PolicyBook::Read(const std::string& yaml) const {
  auto compiled = policy::ReadPolicy(yaml, kFileName, deps_.clock.Now());
  if (!compiled || deps_.plan == nullptr) return compiled;
  if (auto kept_long = deps_.plan->CheckWindows(compiled->source()); !kept_long) return kept_long.error();
  return compiled;
}

v1::ValidatePolicyResponse PolicyBook::Check(const std::string& yaml) const {
  v1::ValidatePolicyResponse response;
  const PolicyState present = state();
  const auto in_force = present.in_force();
  const auto compiled = Read(yaml);
  if (compiled) {
    response.set_version(compiled->source().version());
  } else {
    auto errors = policy::FindPolicyErrors(yaml, kFileName, deps_.clock.Now());
    if (errors.empty()) errors.push_back(compiled.error());  // of what this collector cannot count
    for (v1::PolicyProblem& problem : policy::LocateProblems(errors, kFileName, yaml))
      *response.add_problems() = std::move(problem);
  }
  response.set_in_force_version(present.plan.in_force());
  response.set_greatest_version(present.greatest);
  response.set_pushable(compiled && response.version() > response.greatest_version());
  response.set_difference(base::UnifiedDifference(in_force ? in_force->record.text : "", yaml));
  return response;
}

Result<PolicyInForce> PolicyBook::Compile(const std::string& yaml) const {
  auto compiled = Read(yaml);
  if (!compiled) return compiled.error();
  const std::uint32_t version = compiled->source().version();
  const std::uint32_t greatest = state().greatest;
  if (version <= greatest) {
    return Error{ErrorCode::kFailedPrecondition,
                 "version: must be greater than " + std::to_string(greatest) + ", which is in force or was rolled out"};
  }
  return PolicyInForce{{version, yaml, deps_.clock.Now(), ""},
                       std::make_shared<const policy::CompiledPolicy>(std::move(*compiled))};
}

Result<v1::RolloutResponse> PolicyBook::RollOut(const v1::RollOutPolicyRequest& request, const std::string& who) {
  const std::lock_guard one_at_a_time(changing_);
  auto policy = Compile(request.text());
  if (!policy) return policy.error();
  PolicyRecord& record = policy->record;
  record.pushed_by = who;
  PolicyState next = state();
  auto out = next.plan.RollOut(record.version, request.through(), {record.in_force_since, who});
  if (!out) return out.error();
  next.greatest = record.version;
  next.policies.emplace(record.version, *policy);
  return Take(std::move(next), record.version,
              [&](StoreTransaction& transaction) { return transaction.SavePolicy(record); });
}

Result<v1::RolloutResponse> PolicyBook::Push(const std::string& yaml, const std::string& who) {
  v1::RollOutPolicyRequest everywhere;
  everywhere.set_text(yaml);
  everywhere.set_through(std::string(kDefaultRing));
  return RollOut(everywhere, who);
}

Result<v1::RolloutResponse> PolicyBook::Promote(const v1::PromotePolicyRequest& request, const std::string& who) {
  const std::lock_guard one_at_a_time(changing_);
  PolicyState next = state();
  if (auto done = next.plan.Promote(request, {deps_.clock.Now(), who}); !done) return done.error();
  return Take(std::move(next), request.version(), {});
}

Result<v1::RolloutResponse> PolicyBook::RollBack(const v1::RollBackPolicyRequest& request, const std::string& who) {
  const std::lock_guard one_at_a_time(changing_);
  PolicyState next = state();
  if (auto done = next.plan.RollBack(request, {deps_.clock.Now(), who}); !done) return done.error();
  return Take(std::move(next), request.version(), {});
}

Result<v1::RolloutResponse> PolicyBook::SetRings(const std::vector<std::string>& names) {
  const std::lock_guard one_at_a_time(changing_);
  const PolicyState present = state();
  PolicyState next = present;
  if (auto named = next.plan.SetNames(names); !named) return named.error();
  const RolloutPlan plan = next.plan;
  return Take(std::move(next), 0, [&](StoreTransaction&) { return CheckEmpty(present.plan, plan, deps_.store); });
}

Result<void> PolicyBook::FindPolicies(PolicyState& next) const {
  const std::vector<v1::Ring> present = rings();
  std::map<std::uint32_t, PolicyInForce> needed;
  for (const v1::Ring& ring : next.plan.rings()) {
    const std::uint32_t version = ring.policy_version();
    if (version == 0 || needed.contains(version)) continue;
    if (const auto known = next.policies.find(version); known != next.policies.end()) {
      needed.insert(*known);
      continue;
    }
    // What this build could not read at the start must not hinder what is done to other rings. A new ring runs what the
    // one behind it runs.
    const auto former = std::ranges::find(present, ring.name(), &v1::Ring::name);
    if (former == present.end() || former->policy_version() == version) continue;
    auto read = ReadKept(version, deps_.store);
    if (!read) return read.error();
    needed.emplace(version, *std::move(read));
  }
  next.policies = std::move(needed);
  return {};
}

Result<v1::RolloutResponse> PolicyBook::Take(PolicyState next, std::uint32_t version, const Body& more) {
  if (auto found = FindPolicies(next); !found) return found.error();
  const bool other_for_all = next.plan.in_force() != state().plan.in_force();
  auto kept = deps_.lane.Run([&](StoreTransaction& transaction) -> Result<void> {
    if (auto done = more ? more(transaction) : Result<void>(); !done) return done;
    if (auto saved = transaction.SaveRings(next.plan.rings()); !saved) return saved;
    return other_for_all ? deps_.detection.ReplacePolicy(next.in_force()->compiled) : Result<void>();
  });
  if (!kept) return kept.error();
  if (other_for_all && deps_.plan != nullptr) WarnOfWindows(*next.in_force(), *deps_.plan);
  {
    const std::lock_guard lock(mutex_);
    state_ = std::move(next);
  }
  v1::RolloutResponse response;
  for (const v1::Ring& ring : rings()) *response.add_rings() = ring;
  response.set_version(version);
  response.set_agents_told(Tell());
  base::LogInfo("policy {} is in force for all; {} agents were told another one", state().plan.in_force(),
                response.agents_told());
  return response;
}

std::uint32_t PolicyBook::Tell() const {
  AgentSessions::RingPolicies policies;
  const PolicyState present = state();
  for (const v1::Ring& ring : present.plan.rings()) {
    const auto found = present.policies.find(ring.policy_version());
    if (found == present.policies.end()) continue;
    const auto& compiled = found->second.compiled;
    policies[ring.name()] = std::shared_ptr<const v1::Policy>(compiled, &compiled->source());
  }
  return deps_.sessions.TellPolicies(std::move(policies));
}

}  // namespace vigie::server::api
