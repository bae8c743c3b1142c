#include "agent/sensor/process_table.h"

#include <fmt/format.h>

#include <utility>

namespace vigie::agent::sensor {
namespace {

// A start time of 0 is one that the source did not know.
bool MayBeSame(platform::ProcessId one, platform::ProcessId other) {
  return one.pid == other.pid && (one.start_time == 0 || other.start_time == 0 || one.start_time == other.start_time);
}

}  // namespace

ProcessTable::ProcessTable(platform::ProcessInfo& processes, std::size_t capacity)
    : processes_(processes), capacity_(capacity) {
}

platform::ProcessDescription ProcessTable::Observe(const platform::FileEvent& event) {
  auto description = processes_.Describe(event.process.pid);
  if (!description) return Recall(event);
  Keep(*description);
  return *std::move(description);
}

platform::ProcessDescription ProcessTable::Recall(const platform::FileEvent& event) {
  auto running = processes_.Describe(event.process.pid);
  auto kept = Kept(event.process);
  // Of one that has ended and that nobody has waited for yet, the system knows no program any more.
  const bool forgotten = running && running->exe.empty() && kept;
  if (running && MayBeSame(running->id, event.process) && !forgotten) {
    Keep(*running);
    return *std::move(running);
  }
  if (kept) return *std::move(kept);
  return OwnerOf(event);
}

void ProcessTable::NoteExecuted(platform::ProcessId id, const std::string& exe, const std::string& command_line) {
  auto table = table_.Lock();
  const auto found = table->by_pid.find(id.pid);
  if (found == table->by_pid.end() || !MayBeSame(found->second->id, id)) return;
  found->second->exe = exe;
  found->second->command_line = command_line;
}

void ProcessTable::Introduce(platform::ProcessDescription process, platform::ProcessId parent) {
  auto table = table_.Lock();
  const auto known = table->by_pid.find(process.id.pid);
  if (known != table->by_pid.end() && MayBeSame(known->second->id, process.id)) return;
  process.user = UserName(*table, process.uid);
  const auto above = table->by_pid.find(parent.pid);
  if (above != table->by_pid.end() && MayBeSame(above->second->id, parent)) {
    process.parents = above->second->parents;
    process.parents.insert(process.parents.begin(), above->second->exe);
  }
  Insert(*table, process);
}

bool ProcessTable::Runs(platform::ProcessId id) {
  const auto running = processes_.Describe(id.pid);
  return running && MayBeSame(running->id, id);
}

void ProcessTable::Keep(const platform::ProcessDescription& description) {
  auto table = table_.Lock();
  if (table->user_names.size() < capacity_) table->user_names.try_emplace(description.uid, description.user);
  Insert(*table, description);
}

void ProcessTable::Insert(Table& table, const platform::ProcessDescription& description) const {
  if (const auto known = table.by_pid.find(description.id.pid); known != table.by_pid.end()) {
    table.latest_first.erase(known->second);
  }
  table.latest_first.push_front(description);
  table.by_pid[description.id.pid] = table.latest_first.begin();
  if (table.latest_first.size() > capacity_) {
    table.by_pid.erase(table.latest_first.back().id.pid);
    table.latest_first.pop_back();
  }
}

std::string ProcessTable::UserName(const Table& table, std::uint32_t uid) {
  const auto known = table.user_names.find(uid);
  return known == table.user_names.end() ? fmt::format("uid:{}", uid) : known->second;
}

std::optional<platform::ProcessDescription> ProcessTable::Kept(platform::ProcessId id) const {
  auto table = table_.Lock();
  const auto found = table->by_pid.find(id.pid);
  if (found == table->by_pid.end() || !MayBeSame(found->second->id, id)) return std::nullopt;
  return *found->second;
}

platform::ProcessDescription ProcessTable::OwnerOf(const platform::FileEvent& event) const {
  platform::ProcessDescription owner;
  owner.id = event.process;
  owner.uid = event.owner_uid;
  owner.user = UserName(*table_.Lock(), event.owner_uid);
  return owner;
}

}  // namespace vigie::agent::sensor
