#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/guarded.h"
#include "platform/base/result.h"
#include "platform/file_system.h"
#include "vigie/v1/activity.pb.h"
#include "vigie/v1/agent_service.pb.h"
#include "vigie/v1/policy.pb.h"

namespace vigie::agent::policy {

// Channels that an open incident closes for a user, as the collector said last. Kept over restarts (blocks in the state
// directory), for the incident stays open while the collector cannot be reached. Besides them those that this
// workstation closes by itself (local_thresholds.h), which are not kept. Thread-safe.
class ChannelBlockList {
 public:
  ChannelBlockList(platform::FileSystem& files, const std::string& state_directory);

  // What was kept; nothing kept is no error.
  base::Result<void> Load();
  // Replaces the list. In force even if keeping it failed.
  base::Result<void> Replace(v1::ChannelBlocks blocks);

  // The incident that closes `channel` for `user`; nothing if it is open.
  std::optional<std::string> IncidentFor(const std::string& user, v1::Channel channel) const;

  // True if the collector's list closes every channel that this threshold blocks for the user.
  bool Covers(const std::string& user, const v1::Threshold& threshold) const;

  struct LocalBlock {
    std::string user;
    std::vector<v1::Channel> channels;
    std::string threshold;  // its id
  };
  void ReplaceLocal(std::vector<LocalBlock> blocks) { *local_.Lock() = std::move(blocks); }
  // The threshold that closes `channel` for `user` here.
  std::optional<std::string> LocalThresholdFor(const std::string& user, v1::Channel channel) const;

 private:
  platform::FileSystem& files_;
  const std::string kept_file_;
  base::Guarded<v1::ChannelBlocks> blocks_;
  base::Guarded<std::vector<LocalBlock>> local_;
};

}  // namespace vigie::agent::policy
