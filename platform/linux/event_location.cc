#include "platform/linux/event_location.h"

#include <fcntl.h>

#include <cerrno>
#include <utility>

namespace vigie::platform {
namespace {

using base::FileDescriptor;

FileDescriptor OpenMount(const std::string& path) {
  // Not O_PATH: open_by_handle_at(2) wants a real one. Directories raise no event with our marks.
  return FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}

std::string PathOfEntry(const FileDescriptor& directory, std::string_view name) {
  std::string path = directory ? PathOf(directory) : std::string();
  if (!path.ends_with('/') && !path.empty()) path += '/';
  return path.append(name);
}

// Kernels before 5.17 do not name the file itself: it is looked up in its directory.
FileDescriptor FindFile(const FanotifyEvent& event, const FileDescriptor& mount, const FileDescriptor& directory) {
  if (event.target) return FindByHandle(mount, event.target->handle);
  const std::string name(event.entry->name);
  return FileDescriptor(::openat(directory.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
}

void DescribeFile(const FileDescriptor& found, EventLocation& location) {
  const auto file = DescribeOpenFile(found);
  if (!file) return;
  location.exists = true;
  location.file = *file;
  if (file->regular) location.content = OpenContent(found);
}

}  // namespace

base::Result<EventLocation> LocateEvent(const FanotifyEvent& event, const WatchedPlaces& places) {
  if (!event.entry) return base::Error{base::ErrorCode::kDataLoss, "a file event names no directory"};
  const auto mount_path = places.PathOn(event.entry->directory.file_system);
  if (!mount_path)
    return base::Error{base::ErrorCode::kNotFound, "a file event from a file system that is not watched"};
  const FileDescriptor mount = OpenMount(*mount_path);
  if (!mount) return base::ErrnoError(errno, "watch " + *mount_path);
  EventLocation location;
  const FileDescriptor directory = FindByHandle(mount, event.entry->directory.handle);
  location.path = PathOfEntry(directory, event.entry->name);
  if (event.previous_entry) {
    const auto previous = FindByHandle(mount, event.previous_entry->directory.handle);
    location.previous_path = PathOfEntry(previous, event.previous_entry->name);
  }
  DescribeFile(FindFile(event, mount, directory), location);
  return location;
}

}  // namespace vigie::platform
