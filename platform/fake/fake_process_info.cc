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

}  // namespace vigie::platform
