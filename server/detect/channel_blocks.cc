#include "server/detect/channel_blocks.h"

#include <algorithm>
#include <optional>

#include "core/policy/blocked_channels.h"
#include "proto/contract/time_conversion.h"

namespace vigie::server::detect {
namespace {

bool Responds(const v1::Threshold& rule) {
  return std::ranges::find(rule.respond(), static_cast<int>(v1::RESPONSE_BLOCK_CHANNELS)) != rule.respond().end();
}

bool CountsPer(const v1::Threshold& rule, v1::SubjectKey key) {
  return std::ranges::find(rule.per(), static_cast<int>(key)) != rule.per().end();
}

std::optional<BlockOrder> OrderedBlock(const v1::Incident& incident, base::SystemTime now) {
  const v1::IncidentBlock& block = incident.block();
  if (!block.has_until() || block.has_lifted_at() || contract::FromProto(block.until()) <= now) return std::nullopt;
  BlockOrder order;
  order.host = block.host();
  order.block.set_user(block.user());
  order.block.set_incident_id(incident.id());
  order.block.set_order(incident.id() + "/" + std::to_string(block.number()));
  *order.block.mutable_until() = block.until();
  *order.block.mutable_channels() = block.channels();
  return order;
}

BlockOrder BlockFor(const v1::Incident& incident, const v1::Threshold& rule) {
  BlockOrder order;
  if (CountsPer(rule, v1::SUBJECT_KEY_HOST)) order.host = incident.host();
  order.block.set_user(incident.user());
  order.block.set_incident_id(incident.id());
  order.block.set_order(incident.id());
  *order.block.mutable_channels() = policy::BlockedChannels(rule);
  return order;
}

std::optional<BlockOrder> ThresholdsBlock(const v1::Incident& incident, const policy::CompiledPolicy& policy) {
  if (incident.state() == v1::INCIDENT_STATE_SUPPRESSED || incident.block().has_lifted_at()) return std::nullopt;
  const auto rule = std::ranges::find(policy.thresholds(), incident.rule(),
                                      [](const auto& threshold) { return threshold.source.id(); });
  if (rule == policy.thresholds().end() || !Responds(rule->source)) return std::nullopt;
  return BlockFor(incident, rule->source);
}

}  // namespace

std::vector<BlockOrder> BlocksOf(const std::vector<const v1::Incident*>& open, const policy::CompiledPolicy& policy,
                                 base::SystemTime now) {
  std::vector<BlockOrder> blocks;
  for (const v1::Incident* incident : open) {
    if (auto block = ThresholdsBlock(*incident, policy)) blocks.push_back(*std::move(block));
    if (auto block = OrderedBlock(*incident, now)) blocks.push_back(*std::move(block));
  }
  return blocks;
}

bool SameBlocks(const std::vector<BlockOrder>& one, const std::vector<BlockOrder>& other) {
  return std::ranges::equal(one, other, [](const BlockOrder& left, const BlockOrder& right) {
    return left.host == right.host && left.block.SerializeAsString() == right.block.SerializeAsString();
  });
}

}  // namespace vigie::server::detect
