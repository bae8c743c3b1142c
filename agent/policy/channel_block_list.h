#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/guarded.h"
#include "platform/base/result.h"
#include "platform/file_system.h"
#include "vigie/v1/activity.pb.h"
#include "vigie/v1/agent_service.pb.h"
#include "vigie/v1/policy.pb.h"

namespace vigie::agent::policy {

// Channels that an open incident closes for a user, as the collector said last: until it says otherwise, or until a
// block's own end by the host's clock. Kept over restarts (blocks in the state directory), for the incident stays open
// while the collector cannot be reached. Besides them those that this workstation closes by itself
// (local_thresholds.h), which are not kept. Thread-safe.
class ChannelBlockList {
 public:
  // `files` and `clock` outlive it.
  ChannelBlockList(platform::FileSystem& files, const base::Clock& clock, const std::string& state_directory);

  // What was kept; nothing kept is no error.
  base::Result<void> Load();
  // Replaces the list; ends are by the host's clock. In force even if keeping it failed.
  base::Result<void> Replace(v1::ChannelBlocks blocks);
  // Takes those out for good whose end has come, and says whether there were any: carriers have to be judged again.
  // Call it now and then.
  base::Result<bool> DropEnded();
  // ChannelBlock.order of the collector's that are in force, sorted; the first 256.
  std::vector<std::string> Orders() const;

  // The incident that closes `channel` for `user`; nothing if it is open.
  std::optional<std::string> IncidentFor(const std::string& user, v1::Channel channel) const;

  // True if the collector's list closes every channel that this threshold blocks for the user, and not only until an
  // end of its own.
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
  bool HasEnded(const v1::ChannelBlock& block) const;

  platform::FileSystem& files_;
  const base::Clock& clock_;
  const std::string kept_file_;
  std::mutex keeping_;  // what is in the file is what was put in force last
  base::Guarded<v1::ChannelBlocks> blocks_;
  base::Guarded<std::vector<LocalBlock>> local_;
};

}  // namespace vigie::agent::policy
