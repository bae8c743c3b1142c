#include "platform/linux/watched_places.h"

#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace vigie::platform {

base::Result<FileSystemIdentity> IdentifyFileSystem(const std::string& path) {
  struct stat status {};
  struct statfs file_system {};
  if (::stat(path.c_str(), &status) < 0 || ::statfs(path.c_str(), &file_system) < 0) {
    return base::ErrnoError(errno, "watch " + path);
  }
  FileSystemIdentity identity{.device = status.st_dev};
  static_assert(sizeof identity.id == sizeof file_system.f_fsid);
  std::memcpy(&identity.id, &file_system.f_fsid, sizeof identity.id);
  return identity;
}

bool WatchedPlaces::AddWatched(const FileSystemIdentity& file_system, const std::string& path) {
  const Watched watched{.path = path, .device = file_system.device};
  return places_.Lock()->watched.try_emplace(file_system.id, watched).second;
}

void WatchedPlaces::RemoveWatched(const FileSystemIdentity& file_system) {
  places_.Lock()->watched.erase(file_system.id);
}

void WatchedPlaces::NoteClosesNamed(std::uint64_t device) {
  auto places = places_.Lock();
  for (auto& [id, watched] : places->watched) watched.closes_named = watched.closes_named || watched.device == device;
}

bool WatchedPlaces::AreClosesNamed(std::uint64_t device) const {
  auto places = places_.Lock();
  return std::any_of(places->watched.begin(), places->watched.end(), [device](const auto& entry) {
    return entry.second.device == device && entry.second.closes_named;
  });
}

bool WatchedPlaces::IsWatched(std::uint64_t device) const {
  auto places = places_.Lock();
  return std::any_of(places->watched.begin(), places->watched.end(),
                     [device](const auto& entry) { return entry.second.device == device; });
}

std::optional<std::string> WatchedPlaces::PathOn(std::uint64_t id) const {
  auto places = places_.Lock();
  const auto found = places->watched.find(id);
  if (found == places->watched.end()) return std::nullopt;
  return found->second.path;
}

void WatchedPlaces::AddMedium(const std::string& mount_point, std::uint64_t device) {
  places_.Lock()->media[mount_point] = device;
}

std::optional<std::uint64_t> WatchedPlaces::RemoveMedium(const std::string& mount_point) {
  auto places = places_.Lock();
  const auto found = places->media.find(mount_point);
  if (found == places->media.end()) return std::nullopt;
  const std::uint64_t device = found->second;
  places->media.erase(found);
  return device;
}

bool WatchedPlaces::IsMedium(std::uint64_t device) const {
  auto places = places_.Lock();
  return std::any_of(places->media.begin(), places->media.end(),
                     [device](const auto& entry) { return entry.second == device; });
}

}  // namespace vigie::platform
