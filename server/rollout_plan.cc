#include "server/rollout_plan.h"

#include <algorithm>
#include <set>

#include "proto/contract/time_conversion.h"

namespace vigie::server {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kLongestName = 32;

bool IsName(const std::string& name) {
  const auto is_part = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  return !name.empty() && name.size() <= kLongestName && std::ranges::all_of(name, is_part);
}

v1::Ring Named(std::string_view name) {
  v1::Ring ring;
  ring.set_name(std::string(name));
  return ring;
}

void Remember(std::uint32_t version, v1::Ring& ring) {
  if (version == 0) return;
  ring.add_former_versions(version);
  auto& former = *ring.mutable_former_versions();
  if (former.size() > kMostFormerVersions) former.erase(former.begin());
}

void Run(std::uint32_t version, const RolloutAct& act, v1::Ring& ring) {
  ring.set_policy_version(version);
  *ring.mutable_since() = contract::ToProto(act.at);
  ring.set_set_by(act.who);
}

void Advance(std::uint32_t version, const RolloutAct& act, v1::Ring& ring) {
  Remember(ring.policy_version(), ring);
  Run(version, act, ring);
}

// A version that was withdrawn is nothing to go back to, either.
void Withdraw(std::uint32_t version, const RolloutAct& act, v1::Ring& ring) {
  auto& former = *ring.mutable_former_versions();
  former.erase(std::remove(former.begin(), former.end(), version), former.end());
  if (ring.policy_version() != version) return;
  Run(former.Get(former.size() - 1), act, ring);
  former.RemoveLast();
}

bool CanWithdraw(std::uint32_t version, const v1::Ring& ring) {
  return ring.policy_version() != version || !ring.former_versions().empty();
}

Result<void> CheckNames(const std::vector<std::string>& names) {
  const auto bad = [](std::string reason) { return Error{ErrorCode::kInvalidArgument, "names: " + std::move(reason)}; };
  if (names.size() > kMostRings) return bad("at most 8");
  std::set<std::string> seen = {std::string(kDefaultRing)};
  for (const std::string& name : names) {
    if (!IsName(name)) return bad("each must be 1 to 32 small letters, digits, '-' and '_'");
    if (!seen.insert(name).second) return bad("each once, and without default, which is always the last");
  }
  return {};
}

bool Runs(const v1::Ring& ring, std::uint32_t version) {
  return ring.policy_version() == version;
}

}  // namespace

RolloutPlan::RolloutPlan() : rings_{Named(kDefaultRing)} {
}

RolloutPlan RolloutPlan::Restore(std::vector<v1::Ring> kept, const std::vector<PolicyRecord>& policies) {
  RolloutPlan plan;
  if (!kept.empty()) {
    plan.rings_ = std::move(kept);
    return plan;
  }
  for (auto policy = policies.rbegin(); policy != policies.rend(); ++policy)
    Advance(policy->version, {policy->in_force_since, policy->pushed_by}, plan.rings_.back());
  return plan;
}

bool RolloutPlan::Has(std::string_view ring) const {
  return std::ranges::find(rings_, ring, &v1::Ring::name) != rings_.end();
}

Result<std::size_t> RolloutPlan::PlaceOf(std::string_view field, const std::string& ring) const {
  const auto found = std::ranges::find(rings_, ring, &v1::Ring::name);
  if (found == rings_.end()) return Error{ErrorCode::kNotFound, std::string(field) + ": there is no ring of this name"};
  return static_cast<std::size_t>(found - rings_.begin());
}

Result<void> RolloutPlan::RollOut(std::uint32_t version, const std::string& through, const RolloutAct& act) {
  const auto last = through.empty() ? Result<std::size_t>(0) : PlaceOf("through", through);
  if (!last) return last.error();
  for (std::size_t i = 0; i <= *last; ++i) Advance(version, act, rings_[i]);
  return {};
}

Result<void> RolloutPlan::Promote(const v1::PromotePolicyRequest& request, const RolloutAct& act) {
  const auto to = PlaceOf("to", request.to());
  if (!to) return to.error();
  const std::uint32_t version = request.version();
  const v1::Ring& last = rings_[*to];
  if (!Runs(last, request.replaces()) || std::ranges::none_of(rings_, [&](const auto& r) { return Runs(r, version); }))
    return Error{ErrorCode::kAlreadyExists, "the rings run other versions than were shown: look again"};
  if (last.policy_version() >= version) {
    return Error{ErrorCode::kFailedPrecondition,
                 "ring " + last.name() + " runs version " + std::to_string(last.policy_version()) + " already"};
  }
  for (std::size_t i = 0; i <= *to; ++i) {
    if (rings_[i].policy_version() < version) Advance(version, act, rings_[i]);
  }
  return {};
}

Result<void> RolloutPlan::RollBack(const v1::RollBackPolicyRequest& request, const RolloutAct& act) {
  const auto from = request.from().empty() ? Result<std::size_t>(0) : PlaceOf("from", request.from());
  if (!from) return from.error();
  const auto begin = rings_.begin() + static_cast<std::ptrdiff_t>(*from);
  const auto runs = [&](const v1::Ring& ring) { return Runs(ring, request.version()); };
  if (request.version() == 0 || std::none_of(begin, rings_.end(), runs))
    return Error{ErrorCode::kAlreadyExists, "no ring runs this version any more: look again"};
  for (auto ring = begin; ring != rings_.end(); ++ring) {
    if (CanWithdraw(request.version(), *ring)) continue;
    return Error{ErrorCode::kFailedPrecondition, "ring " + ring->name() + " ran no policy before this one"};
  }
  for (auto ring = begin; ring != rings_.end(); ++ring) Withdraw(request.version(), act, *ring);
  return {};
}

Result<void> RolloutPlan::SetNames(const std::vector<std::string>& names) {
  if (auto good = CheckNames(names); !good) return good;
  std::vector<v1::Ring> rings = {rings_.back()};
  auto former = rings_.end() - 1;  // from the last to the first: those that stay must come in this order
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    v1::Ring ring = rings.front();
    if (Has(*name)) {
      while (former != rings_.begin() && (former - 1)->name() != *name) --former;
      if (former == rings_.begin()) return Error{ErrorCode::kInvalidArgument, "names: those that stay, stay in order"};
      ring = *--former;
    }
    ring.set_name(*name);
    rings.insert(rings.begin(), std::move(ring));
  }
  rings_ = std::move(rings);
  return {};
}

Result<RolloutPlan> ReadRolloutPlan(Store& store) {
  auto kept = store.ListRings();
  if (!kept) return kept.error();
  if (!kept->empty()) return RolloutPlan::Restore(*std::move(kept), {});
  const auto policies = store.ListPolicies();
  if (!policies) return policies.error();
  return RolloutPlan::Restore({}, *policies);
}

std::string RingOf(const v1::AgentStatus& status) {
  return status.ring().empty() ? std::string(kDefaultRing) : status.ring();
}

}  // namespace vigie::server
