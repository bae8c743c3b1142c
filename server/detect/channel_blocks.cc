#include "server/detect/channel_blocks.h"

#include <algorithm>

#include "core/policy/blocked_channels.h"

namespace vigie::server::detect {
namespace {

bool Responds(const v1::Threshold& rule) {
  return std::ranges::find(rule.respond(), static_cast<int>(v1::RESPONSE_BLOCK_CHANNELS)) != rule.respond().end();
}

bool CountsPer(const v1::Threshold& rule, v1::SubjectKey key) {
  return std::ranges::find(rule.per(), static_cast<int>(key)) != rule.per().end();
}

BlockOrder BlockFor(const v1::Incident& incident, const v1::Threshold& rule) {
  BlockOrder order;
  if (CountsPer(rule, v1::SUBJECT_KEY_HOST)) order.host = incident.host();
  order.block.set_user(incident.user());
  order.block.set_incident_id(incident.id());
  *order.block.mutable_channels() = policy::BlockedChannels(rule);
  return order;
}

}  // namespace

std::vector<BlockOrder> BlocksOf(const std::vector<const v1::Incident*>& open, const policy::CompiledPolicy& policy) {
  std::vector<BlockOrder> blocks;
  for (const v1::Incident* incident : open) {
    if (incident->state() == v1::INCIDENT_STATE_SUPPRESSED) continue;
    const auto rule = std::ranges::find(policy.thresholds(), incident->rule(),
                                        [](const auto& threshold) { return threshold.source.id(); });
    if (rule != policy.thresholds().end() && Responds(rule->source))
      blocks.push_back(BlockFor(*incident, rule->source));
  }
  return blocks;
}

bool SameBlocks(const std::vector<BlockOrder>& one, const std::vector<BlockOrder>& other) {
  return std::ranges::equal(one, other, [](const BlockOrder& left, const BlockOrder& right) {
    return left.host == right.host && left.block.SerializeAsString() == right.block.SerializeAsString();
  });
}

}  // namespace vigie::server::detect
