#include <algorithm>

#include "proto/contract/time_conversion.h"
#include "server/store/memory/memory_store.h"
#include "server/store/memory/memory_transaction.h"

// What waits to be sent to others.
namespace vigie::server {

using base::Result;

Result<void> MemoryTransaction::AppendMessage(const std::string& destination, const v1::OutboxMessage& message) {
  MemoryLine& line = state_.outbox[destination];
  line.waiting.push_back({++line.last_number, message});
  if (line.waiting.size() <= kMaxOutboxMessages) return {};
  line.waiting.pop_front();
  ++line.dropped;
  return {};
}

Result<void> MemoryTransaction::SettleMessages(const std::string& destination, const OutboxSettlement& settled) {
  const auto found = state_.outbox.find(destination);
  if (found == state_.outbox.end()) return {};
  MemoryLine& line = found->second;
  while (!line.waiting.empty() && line.waiting.front().number <= settled.through) line.waiting.pop_front();
  line.delivered += settled.delivered;
  line.dropped += settled.dropped;
  if (settled.delivered > 0) line.last_delivered_at = settled.at;
  return {};
}

Result<void> MemoryTransaction::ForgetDestination(const std::string& destination) {
  state_.outbox.erase(destination);
  return {};
}

Result<std::optional<std::string>> MemoryTransaction::FindNote(const std::string& key) {
  const auto found = state_.notes.find(key);
  return found == state_.notes.end() ? std::nullopt : std::optional(found->second);
}

Result<void> MemoryTransaction::SaveNote(const std::string& key, const std::string& note) {
  state_.notes.insert_or_assign(key, note);
  return {};
}

Result<void> MemoryTransaction::RemoveNote(const std::string& key) {
  state_.notes.erase(key);
  return {};
}

Result<std::vector<WaitingMessage>> MemoryStore::ListWaiting(const std::string& destination, std::uint32_t at_most) {
  const auto state = Snapshot();
  if (!state) return state.error();
  const auto found = (*state)->outbox.find(destination);
  if (found == (*state)->outbox.end()) return std::vector<WaitingMessage>();
  const auto& waiting = found->second.waiting;
  const auto count = std::min<std::size_t>(at_most, waiting.size());
  return std::vector(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(count));
}

Result<std::vector<OutboxState>> MemoryStore::ListOutbox() {
  const auto state = Snapshot();
  if (!state) return state.error();
  std::vector<OutboxState> states;
  for (const auto& [name, line] : (*state)->outbox) {
    OutboxState& added = states.emplace_back();
    added.destination = name;
    added.waiting = line.waiting.size();
    added.delivered = line.delivered;
    added.dropped = line.dropped;
    added.last_delivered_at = line.last_delivered_at;
    if (!line.waiting.empty()) added.oldest_at = contract::FromProto(line.waiting.front().message.at());
  }
  return states;
}

Result<std::vector<std::pair<std::string, std::string>>> MemoryStore::ListNotes(const std::string& prefix) {
  const auto state = Snapshot();
  if (!state) return state.error();
  std::vector<std::pair<std::string, std::string>> notes;
  for (const auto& [key, note] : (*state)->notes) {
    if (key.starts_with(prefix)) notes.emplace_back(key, note);
  }
  return notes;
}

}  // namespace vigie::server
