#include "agent/policy/channel_block_list.h"

#include <algorithm>
#include <utility>

#include "core/policy/blocked_channels.h"
#include "proto/contract/time_conversion.h"

namespace vigie::agent::policy {
namespace {

using base::Result;

constexpr std::uint64_t kMaxBytes = std::uint64_t{4} << 20;
constexpr std::uint32_t kPrivate = 0600;
constexpr std::size_t kMostOrders = 256;  // agent_service.proto

bool Closes(const v1::ChannelBlock& block, const std::string& user, int channel) {
  const bool concerns = block.user().empty() || block.user() == user;
  return concerns && std::ranges::find(block.channels(), channel) != block.channels().end();
}

}  // namespace

ChannelBlockList::ChannelBlockList(platform::FileSystem& files, const base::Clock& clock,
                                   const std::string& state_directory)
    : files_(files), clock_(clock), kept_file_(state_directory + "/blocks") {
}

Result<void> ChannelBlockList::Load() {
  const auto bytes = files_.ReadFile(kept_file_, kMaxBytes);
  if (!bytes && bytes.error().code == base::ErrorCode::kNotFound) return {};
  if (!bytes) return bytes.error();
  v1::ChannelBlocks blocks;
  if (!blocks.ParseFromString(*bytes)) {
    return base::Error{base::ErrorCode::kDataLoss,
                       kept_file_ + " is damaged: blocks of channels wait for the collector"};
  }
  *blocks_.Lock() = std::move(blocks);
  return {};
}

Result<void> ChannelBlockList::Replace(v1::ChannelBlocks blocks) {
  const std::lock_guard one_at_a_time(keeping_);
  const std::string bytes = blocks.SerializeAsString();
  *blocks_.Lock() = std::move(blocks);
  return files_.WriteFileDurably(kept_file_, bytes, kPrivate);
}

bool ChannelBlockList::HasEnded(const v1::ChannelBlock& block) const {
  return block.has_until() && contract::FromProto(block.until()) <= clock_.Now();
}

Result<bool> ChannelBlockList::DropEnded() {
  const std::lock_guard one_at_a_time(keeping_);
  std::string bytes;
  {
    auto blocks = blocks_.Lock();
    auto& list = *blocks->mutable_blocks();
    const auto ended = std::remove_if(list.begin(), list.end(), [this](const auto& block) { return HasEnded(block); });
    if (ended == list.end()) return false;
    list.erase(ended, list.end());
    bytes = blocks->SerializeAsString();
  }
  if (auto kept = files_.WriteFileDurably(kept_file_, bytes, kPrivate); !kept) return kept.error();
  return true;
}

std::vector<std::string> ChannelBlockList::Orders() const {
  std::vector<std::string> orders;
  auto blocks = blocks_.Lock();
  for (const v1::ChannelBlock& block : blocks->blocks()) {
    if (!block.order().empty() && !HasEnded(block)) orders.push_back(block.order());
  }
  std::ranges::sort(orders);
  if (orders.size() > kMostOrders) orders.resize(kMostOrders);
  return orders;
}

std::optional<std::string> ChannelBlockList::IncidentFor(const std::string& user, v1::Channel channel) const {
  auto blocks = blocks_.Lock();
  for (const v1::ChannelBlock& block : blocks->blocks()) {
    if (Closes(block, user, channel) && !HasEnded(block)) return block.incident_id();
  }
  return std::nullopt;
}

bool ChannelBlockList::Covers(const std::string& user, const v1::Threshold& threshold) const {
  auto blocks = blocks_.Lock();
  return std::ranges::all_of(vigie::policy::BlockedChannels(threshold), [&](int channel) {
    return std::ranges::any_of(blocks->blocks(), [&](const v1::ChannelBlock& block) {
      return !block.has_until() && Closes(block, user, channel);
    });
  });
}

std::optional<std::string> ChannelBlockList::LocalThresholdFor(const std::string& user, v1::Channel channel) const {
  auto blocks = local_.Lock();
  for (const LocalBlock& block : *blocks) {
    if (block.user == user && std::ranges::find(block.channels, channel) != block.channels.end())
      return block.threshold;
  }
  return std::nullopt;
}

}  // namespace vigie::agent::policy
