#pragma once

#include <optional>
#include <string>

#include "platform/base/guarded.h"
#include "platform/base/result.h"
#include "platform/file_system.h"
#include "vigie/v1/activity.pb.h"
#include "vigie/v1/agent_service.pb.h"

namespace vigie::agent::policy {

// Channels that an open incident closes for a user, as the collector said last. Kept over restarts (blocks in the state
// directory), for the incident stays open while the collector cannot be reached. Thread-safe.
class ChannelBlockList {
 public:
  ChannelBlockList(platform::FileSystem& files, const std::string& state_directory);

  // What was kept; nothing kept is no error.
  base::Result<void> Load();
  // Replaces the list. In force even if keeping it failed.
  base::Result<void> Replace(v1::ChannelBlocks blocks);

  // The incident that closes `channel` for `user`; nothing if it is open.
  std::optional<std::string> IncidentFor(const std::string& user, v1::Channel channel) const;

 private:
  platform::FileSystem& files_;
  const std::string kept_file_;
  base::Guarded<v1::ChannelBlocks> blocks_;
};

}  // namespace vigie::agent::policy
