#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "platform/base/file_descriptor.h"
#include "platform/file_events.h"

namespace vigie::platform {

// What statx(2) says of an open file.
struct OpenFile {
  FileIdentity identity;
  std::uint32_t owner_uid = 0;
  base::SystemTime born_at{};  // 0: this file system does not say
  bool regular = false;
};

// Never blocks on a local file. Nothing if the descriptor is not open.
std::optional<OpenFile> DescribeOpenFile(const base::FileDescriptor& file);

// The path behind a descriptor as the kernel shows it now, " (deleted)" cut off; empty if it has none. Opens nothing.
std::string PathOf(const base::FileDescriptor& file);

// The name under which a descriptor of ours can be opened again, or marked: /proc/self/fd/7.
using DescriptorName = std::array<char, 32>;
DescriptorName NameOf(const base::FileDescriptor& file);

// Opens a file by its struct file_handle on the file system of `mount` without opening its content (O_PATH): no event,
// no wait for an answer. Empty if the file is gone, or with errno ENOMEM, EMFILE, ENFILE if we lack what it takes.
base::FileDescriptor FindByHandle(const base::FileDescriptor& mount, std::span<const std::byte> handle);

// The content behind an O_PATH descriptor of a regular file, for reading. May ask: never on the thread that answers.
base::FileDescriptor OpenContent(const base::FileDescriptor& file);

}  // namespace vigie::platform
