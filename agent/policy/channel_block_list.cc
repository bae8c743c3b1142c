#include "agent/policy/channel_block_list.h"

#include <algorithm>
#include <utility>

#include "core/policy/blocked_channels.h"

namespace vigie::agent::policy {
namespace {

using base::Result;

constexpr std::uint64_t kMaxBytes = std::uint64_t{4} << 20;
constexpr std::uint32_t kPrivate = 0600;

}  // namespace

ChannelBlockList::ChannelBlockList(platform::FileSystem& files, const std::string& state_directory)
    : files_(files), kept_file_(state_directory + "/blocks") {
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
  const std::string bytes = blocks.SerializeAsString();
  *blocks_.Lock() = std::move(blocks);
  return files_.WriteFileDurably(kept_file_, bytes, kPrivate);
}

std::optional<std::string> ChannelBlockList::IncidentFor(const std::string& user, v1::Channel channel) const {
  auto blocks = blocks_.Lock();
  for (const v1::ChannelBlock& block : blocks->blocks()) {
    const bool concerns = block.user().empty() || block.user() == user;
    if (concerns && std::ranges::find(block.channels(), channel) != block.channels().end()) return block.incident_id();
  }
  return std::nullopt;
}

bool ChannelBlockList::Covers(const std::string& user, const v1::Threshold& threshold) const {
  return std::ranges::all_of(vigie::policy::BlockedChannels(threshold), [&](int channel) {
    return IncidentFor(user, static_cast<v1::Channel>(channel)).has_value();
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
