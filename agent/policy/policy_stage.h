#pragma once

#include "agent/policy/active_policy.h"
#include "agent/policy/channel_block_list.h"
#include "core/policy/compiled_policy.h"
#include "vigie/v1/activity.pb.h"
#include "vigie/v1/finding.pb.h"

namespace vigie::agent::policy {

// The third stage: what is to be done about an activity. Thread-safe.
class PolicyStage {
 public:
  PolicyStage(const ActivePolicy& policy, const ChannelBlockList& blocks) : policy_(policy), blocks_(blocks) {}

  struct Judgement {
    vigie::policy::Decision decision;
    std::uint32_t policy_version = 0;
  };

  // The policy's allowed destinations and rules; a channel that an incident closes is blocked whatever the rules say,
  // with the rule "incident:ID", and one that a threshold closes on this workstation with the threshold's id, but not
  // on the way to an allowed destination. Without a policy everything is allowed.
  Judgement Judge(const v1::Activity& activity, const v1::Inspection& inspection) const;

 private:
  const ActivePolicy& policy_;
  const ChannelBlockList& blocks_;
};

}  // namespace vigie::agent::policy
