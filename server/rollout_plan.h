#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "server/store.h"
#include "vigie/v1/policy_service.pb.h"

namespace vigie::server {

inline constexpr std::string_view kDefaultRing = "default";
inline constexpr int kMostRings = 8;  // beside the last one
inline constexpr int kMostFormerVersions = 16;

// Who changes what a ring runs, and when.
struct RolloutAct {
  base::SystemTime at{};
  std::string who;
};

// The rings in their order, and the policy version that each runs. No ring runs an older one than the ring behind it:
// a version goes from the first ring to the last. A value; what cannot be done leaves it as it was. Pure.
class RolloutPlan {
 public:
  RolloutPlan();  // the last ring alone, which runs nothing
  // As it was kept; of before there were rings: the last ring alone, with the `policies` (newest first) that were in
  // force.
  static RolloutPlan Restore(std::vector<v1::Ring> kept, const std::vector<PolicyRecord>& policies);

  const std::vector<v1::Ring>& rings() const { return rings_; }
  bool Has(std::string_view ring) const;
  // In force for all: what the last ring runs; 0 = nothing.
  std::uint32_t in_force() const { return rings_.back().policy_version(); }

  // A version that is greater than all others, through this ring; empty = the first one. kNotFound.
  base::Result<void> RollOut(std::uint32_t version, const std::string& through, const RolloutAct& act);
  // kNotFound; kAlreadyExists (something else than was shown) if ring `to` does not run what the request replaces, or
  // no ring runs the version any more; kFailedPrecondition if `to` runs it or a newer one.
  base::Result<void> Promote(const v1::PromotePolicyRequest& request, const RolloutAct& act);
  // kNotFound; kAlreadyExists if no ring from `from` on runs it; kFailedPrecondition if one of them ran nothing before.
  base::Result<void> RollBack(const v1::RollBackPolicyRequest& request, const RolloutAct& act);
  // These rings before the last one; a new one runs what the ring behind it runs. kInvalidArgument.
  base::Result<void> SetNames(const std::vector<std::string>& names);

 private:
  base::Result<std::size_t> PlaceOf(std::string_view field, const std::string& ring) const;

  std::vector<v1::Ring> rings_;
};

// What the store keeps of it.
base::Result<RolloutPlan> ReadRolloutPlan(Store& store);

// The ring's name of a kept agent.
std::string RingOf(const v1::AgentStatus& status);

}  // namespace vigie::server
