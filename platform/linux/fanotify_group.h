#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

#include "platform/base/file_descriptor.h"
#include "platform/base/result.h"
#include "platform/file_events.h"

namespace vigie::platform {

// One fanotify notification group: its descriptor, its marks, its queue. Reads do not block. Thread-safe, except for
// Close and RaiseAbove.
//
// An opener that waits for one group's answer pins every group whose mark it met on the way: closing such another group
// blocks until the answer is there. So the group that asks must be closed first, on a kill -9 too, when the kernel
// closes our descriptors from the highest to the lowest (measured on Linux 6.18); otherwise the opener, and what is
// left of us, wait for each other for ever.
class FanotifyGroup {
 public:
  // kPermissionDenied without CAP_SYS_ADMIN, kUnsupported if the kernel has no fanotify, kInvalidArgument if it does
  // not know a flag. Content descriptors are open for reading, and reading them leaves no access time.
  static base::Result<FanotifyGroup> Make(unsigned flags);

  // Errors: kUnsupported if the kernel or the file system refuses this kind of event, else what errno says.
  base::Result<void> MarkFileSystem(const std::string& path, std::uint64_t mask);
  void UnmarkFileSystem(const std::string& path, std::uint64_t mask);
  // Events of the files in it.
  base::Result<void> MarkFolder(const std::string& path, std::uint64_t mask);
  base::Result<void> MarkFile(const base::FileDescriptor& file, std::uint64_t mask);
  // The same for a descriptor that was opened with O_PATH.
  base::Result<void> MarkFound(const base::FileDescriptor& found, std::uint64_t mask);
  void UnmarkFile(const base::FileDescriptor& file, std::uint64_t mask);
  void RemoveAllMarks();

  // Bytes read; 0 if nothing is queued.
  base::Result<std::size_t> Read(std::span<std::byte> buffer);

  // Answers the permission event that came with this descriptor, which must still be open.
  void Respond(int event_descriptor, Answer answer);

  // Gets a descriptor above the others', so that a kill closes this group before them.
  base::Result<void> RaiseAbove(std::initializer_list<int> others);
  void Close() { group_.Close(); }

  int descriptor() const { return group_.get(); }

 private:
  explicit FanotifyGroup(base::FileDescriptor group) : group_(std::move(group)) {}

  base::FileDescriptor group_;
};

}  // namespace vigie::platform
