#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "vigie/v1/integration_service.pb.h"

// What waits to be sent to others (server/integrations). A part of every Store (store.h): a message is written in the
// transaction of what it tells, so neither is there without the other.
namespace vigie::server {

// That may wait for one destination; a message is 1 to 2 KB.
inline constexpr std::uint64_t kMaxOutboxMessages = 10'000;

struct WaitingMessage {
  std::uint64_t number = 0;  // 1, 2, … of its destination, without holes
  v1::OutboxMessage message;
};

// One destination's line.
struct OutboxState {
  std::string destination;
  std::uint64_t waiting = 0;
  std::uint64_t delivered = 0;  // ever
  std::uint64_t dropped = 0;    // ever
  std::optional<base::SystemTime> oldest_at = {};
  std::optional<base::SystemTime> last_delivered_at = {};
};

// What became of the messages up to `through`. One that gave way while it was sent counts as delivered, too.
struct OutboxSettlement {
  std::uint64_t through = 0;
  std::uint64_t delivered = 0;
  std::uint64_t dropped = 0;
  base::SystemTime at{};
};

class OutboxTransaction {
 public:
  virtual ~OutboxTransaction() = default;

  // Behind all others of its destination. Beyond kMaxOutboxMessages the oldest gives way and counts as dropped.
  virtual base::Result<void> AppendMessage(const std::string& destination, const v1::OutboxMessage& message) = 0;
  virtual base::Result<void> SettleMessages(const std::string& destination, const OutboxSettlement& settled) = 0;
  // With all that waits for it, and its counts.
  virtual base::Result<void> ForgetDestination(const std::string& destination) = 0;

  // What those who tell others remember, by key: bytes of their own.
  virtual base::Result<std::optional<std::string>> FindNote(const std::string& key) = 0;
  virtual base::Result<void> SaveNote(const std::string& key, const std::string& note) = 0;
  virtual base::Result<void> RemoveNote(const std::string& key) = 0;
};

class OutboxStore {
 public:
  virtual ~OutboxStore() = default;

  // The oldest, in order.
  virtual base::Result<std::vector<WaitingMessage>> ListWaiting(const std::string& destination,
                                                                std::uint32_t at_most) = 0;
  // Of every destination that anything was ever appended for; by name.
  virtual base::Result<std::vector<OutboxState>> ListOutbox() = 0;
  // Those whose key begins with `prefix`, by key.
  virtual base::Result<std::vector<std::pair<std::string, std::string>>> ListNotes(const std::string& prefix) = 0;
};

}  // namespace vigie::server
