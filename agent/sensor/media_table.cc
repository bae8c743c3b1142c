#include "agent/sensor/media_table.h"

#include <utility>

namespace vigie::agent::sensor {
namespace {

bool IsBelow(std::string_view path, std::string_view mount_point) {
  while (mount_point.size() > 1 && mount_point.ends_with('/')) mount_point.remove_suffix(1);
  if (mount_point.empty() || !path.starts_with(mount_point)) return false;
  return path.size() == mount_point.size() || mount_point == "/" || path[mount_point.size()] == '/';
}

}  // namespace

void MediaTable::Add(platform::Medium medium, std::uint64_t device) {
  Remove(medium.mount_point);
  entries_.Lock()->push_back({std::move(medium), device});
}

void MediaTable::Remove(const std::string& mount_point) {
  std::erase_if(*entries_.Lock(), [&](const Entry& entry) { return entry.medium.mount_point == mount_point; });
}

bool MediaTable::empty() const {
  return entries_.Lock()->empty();
}

std::optional<platform::Medium> MediaTable::Holding(std::string_view path) const {
  auto entries = entries_.Lock();
  const Entry* innermost = nullptr;
  for (const Entry& entry : *entries) {
    if (!IsBelow(path, entry.medium.mount_point)) continue;
    if (!innermost || entry.medium.mount_point.size() > innermost->medium.mount_point.size()) innermost = &entry;
  }
  if (!innermost) return std::nullopt;
  return innermost->medium;
}

std::optional<MediaTable::HeldFile> MediaTable::FirstHeld(const std::vector<platform::WritableFile>& files) const {
  auto entries = entries_.Lock();
  for (const platform::WritableFile& file : files) {
    for (const Entry& entry : *entries) {
      const bool same_device = entry.device != 0 && entry.device == file.device;
      if (same_device || IsBelow(file.path, entry.medium.mount_point)) return HeldFile{file, entry.medium};
    }
  }
  return std::nullopt;
}

}  // namespace vigie::agent::sensor
