#include "platform/replay/replay_processes.h"

#include <fmt/format.h>

#include <utility>

namespace vigie::platform {
namespace {

constexpr std::size_t kMaxProcesses = 1024;

base::Error NotPlayed(std::int32_t pid) {
  return {base::ErrorCode::kNotFound,
          fmt::format("process {}: no line of the recording that was played names it", pid)};
}

}  // namespace

void ReplayProcesses::Play(const RecordedActivity& activity) {
  const std::int32_t pid = activity.process.id.pid;
  if (pid == 0) return;
  auto table = table_.Lock();
  if (!table->by_pid.contains(pid)) table->oldest_first.push_back(pid);
  table->by_pid[pid] = {activity.process, activity.mode, activity.writable_files};
  if (table->oldest_first.size() <= kMaxProcesses) return;
  table->by_pid.erase(table->oldest_first.front());
  table->oldest_first.pop_front();
}

base::Result<ProcessDescription> ReplayProcesses::Describe(std::int32_t pid) {
  auto table = table_.Lock();
  const auto found = table->by_pid.find(pid);
  if (found == table->by_pid.end()) return NotPlayed(pid);
  return found->second.description;
}

OpenMode ReplayProcesses::PendingOpenMode(std::int32_t pid) {
  auto table = table_.Lock();
  const auto found = table->by_pid.find(pid);
  return found == table->by_pid.end() ? OpenMode::kUnknown : found->second.mode;
}

base::Result<std::vector<WritableFile>> ReplayProcesses::WritableFiles(std::int32_t pid) {
  std::vector<std::string> paths;
  {
    auto table = table_.Lock();
    const auto found = table->by_pid.find(pid);
    if (found == table->by_pid.end()) return NotPlayed(pid);
    paths = found->second.writable_files;
  }
  std::vector<WritableFile> files;
  for (auto& path : paths) {
    const auto status = files_.StatusOf(path);
    if (status) files.push_back({status->identity.device, status->identity.inode, std::move(path)});
  }
  return files;
}

}  // namespace vigie::platform
