#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "agent/lineage/taint_table.h"
#include "platform/process_info.h"

namespace vigie::agent {

// What may be on a user's screen: what the carriers who run in his name have read. A picture of it is no text that an
// inspection could read, so whoever takes one is judged by this. Thread-safe.
class ScreenContent {
 public:
  ScreenContent(const lineage::TaintTable& taints, platform::ProcessInfo& processes)
      : taints_(taints), processes_(processes) {}

  // Of all living carriers with this user id, at most 256 of them; nothing if there are none.
  std::optional<lineage::Taint> ShownTo(std::uint32_t uid) const;

 private:
  const lineage::TaintTable& taints_;
  platform::ProcessInfo& processes_;
};

}  // namespace vigie::agent
