#include "platform/linux/event_location.h"

#include <fcntl.h>

#include <cerrno>
#include <utility>

namespace vigie::platform {
namespace {

using base::FileDescriptor;

// Of ours: it says nothing of the file.
bool IsShortage(int error_number) {
  return error_number == EMFILE || error_number == ENFILE || error_number == ENOMEM;
}

}  // namespace

base::Result<void> EventLocator::OpenMount(std::uint64_t file_system) {
  if (mount_ && file_system_ == file_system) return {};
  const auto path = places_.PathOn(file_system);
  if (!path) return base::Error{base::ErrorCode::kNotFound, "a file event from a file system that is not watched"};
  // Not O_PATH: open_by_handle_at(2) wants a real one. Directories raise no event with our marks.
  mount_ = FileDescriptor(::open(path->c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!mount_) return base::ErrnoError(errno, "watch " + *path);
  file_system_ = file_system;
  last_ = {};
  return {};
}

const EventLocator::Directory& EventLocator::OpenDirectory(const FanotifyHandle& directory) {
  const std::string handle(reinterpret_cast<const char*>(directory.handle.data()), directory.handle.size());
  if (last_.opened && last_.handle == handle) return last_;
  last_ = {.handle = handle, .opened = FindByHandle(mount_, directory.handle), .path = {}};
  if (last_.opened) last_.path = PathOf(last_.opened);
  if (!last_.path.ends_with('/') && !last_.path.empty()) last_.path += '/';
  return last_;
}

// Kernels before 5.17 do not name the file itself: it is looked up in its directory.
FileDescriptor EventLocator::FindFile(const FanotifyEvent& event) {
  if (event.target) return FindByHandle(mount_, event.target->handle);
  const std::string name(event.entry->name);
  const Directory& directory = OpenDirectory(event.entry->directory);
  return FileDescriptor(::openat(directory.opened.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
}

base::Result<EventLocation> EventLocator::Locate(const FanotifyEvent& event) {
  if (!event.entry && !event.target) return base::Error{base::ErrorCode::kDataLoss, "a file event names no file"};
  const FanotifyHandle& place = event.entry ? event.entry->directory : *event.target;
  if (const auto opened = OpenMount(place.file_system); !opened) return opened.error();
  EventLocation location;
  if (event.previous_entry) {
    location.previous_path = OpenDirectory(event.previous_entry->directory).path;
    location.previous_path.append(event.previous_entry->name);
  }
  if (event.entry) {
    location.path = OpenDirectory(event.entry->directory).path;
    location.path.append(event.entry->name);
  }
  location.found = FindFile(event);
  if (!location.found && IsShortage(errno)) return base::ErrnoError(errno, "look at a file of " + location.path);
  if (!event.entry && location.found) location.path = PathOf(location.found);
  const auto file = DescribeOpenFile(location.found);
  location.exists = file.has_value();
  if (file) location.file = *file;
  return location;
}

}  // namespace vigie::platform
