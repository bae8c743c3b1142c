#include "platform/fake/fake_process_info.h"

#include <string>
#include <utility>

namespace vigie::platform {
namespace {

base::Error Ended(std::int32_t pid) {
  return {base::ErrorCode::kNotFound, "process " + std::to_string(pid) + " has ended"};
}

}  // namespace

base::Result<ProcessDescription> FakeProcessInfo::Describe(std::int32_t pid) {
  auto processes = processes_.Lock();
  const auto found = processes->find(pid);
  if (found == processes->end()) return Ended(pid);
  return found->second.description;
}

OpenMode FakeProcessInfo::PendingOpenMode(std::int32_t pid) {
  auto processes = processes_.Lock();
  const auto found = processes->find(pid);
  return found == processes->end() ? OpenMode::kUnknown : found->second.pending;
}

base::Result<std::vector<WritableFile>> FakeProcessInfo::WritableFiles(std::int32_t pid) {
  auto processes = processes_.Lock();
  const auto found = processes->find(pid);
  if (found == processes->end()) return Ended(pid);
  return found->second.writable;
}

base::Result<Outflow> FakeProcessInfo::OutflowOf(std::int32_t pid) {
  auto processes = processes_.Lock();
  const auto found = processes->find(pid);
  if (found == processes->end()) return Ended(pid);
  return found->second.outflow;
}

base::Result<std::vector<ProcessLink>> FakeProcessInfo::Running() {
  std::vector<ProcessLink> links;
  auto processes = processes_.Lock();
  for (const auto& [pid, process] : *processes) {
    const auto& parents = process.description.parent_ids;
    links.push_back({process.description.id, parents.empty() ? ProcessId() : parents.front()});
  }
  return links;
}

void FakeProcessInfo::Add(ProcessDescription process) {
  const std::int32_t pid = process.id.pid;
  (*processes_.Lock())[pid].description = std::move(process);
}

void FakeProcessInfo::End(std::int32_t pid) {
  processes_.Lock()->erase(pid);
}

void FakeProcessInfo::SetPendingOpenMode(std::int32_t pid, OpenMode mode) {
  auto processes = processes_.Lock();
  if (const auto found = processes->find(pid); found != processes->end()) found->second.pending = mode;
}

void FakeProcessInfo::SetWritableFiles(std::int32_t pid, std::vector<WritableFile> files) {
  auto processes = processes_.Lock();
  if (const auto found = processes->find(pid); found != processes->end()) found->second.writable = std::move(files);
}

void FakeProcessInfo::SetOutflow(std::int32_t pid, Outflow outflow) {
  auto processes = processes_.Lock();
  if (const auto found = processes->find(pid); found != processes->end()) found->second.outflow = std::move(outflow);
}

}  // namespace vigie::platform
