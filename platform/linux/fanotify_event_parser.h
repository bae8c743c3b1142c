#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "platform/base/result.h"

namespace vigie::platform {

// A file as the kernel names it without a path: struct file_handle of open_by_handle_at(2), and its file system.
struct FanotifyHandle {
  std::uint64_t file_system = 0;      // statfs(2) f_fsid, both halves as they lie in memory
  std::span<const std::byte> handle;  // struct file_handle with its bytes; unaligned
};

// A name in a directory.
struct FanotifyEntry {
  FanotifyHandle directory;
  std::string_view name;
};

// One event of fanotify(7). Views and spans point into the parsed buffer. The caller owns the descriptors.
struct FanotifyEvent {
  std::uint64_t mask = 0;
  std::int32_t pid = 0;         // 0: outside our pid namespace
  int descriptor = -1;          // of the object; -1 in groups that report handles, and for an overflow
  int process_descriptor = -1;  // pidfd
  std::optional<FanotifyHandle> target;
  std::optional<FanotifyEntry> entry;           // for a rename: the new name
  std::optional<FanotifyEntry> previous_entry;  // rename only
};

struct FanotifyEvents {
  std::vector<FanotifyEvent> events;  // whole ones, in order
  std::optional<base::Error> error;   // why the rest of the buffer could not be read
};

// Reads what read(2) on a fanotify group returned. Pure; trusts no length in the buffer.
FanotifyEvents ParseFanotifyEvents(std::span<const std::byte> buffer);

}  // namespace vigie::platform
