#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "platform/base/file_descriptor.h"
#include "platform/base/result.h"

namespace vigie::base {

// Fills `into` from `offset` on, without touching the descriptor's own offset. Fewer bytes than asked for = the end of
// the file.
Result<std::size_t> ReadAt(const FileDescriptor& file, std::uint64_t offset, std::span<char> into);

// The whole of a file of at most `limit` bytes, without waiting for a disk or a server. Nothing if it is larger, if not
// all of it is in memory, or if its file system cannot tell.
std::optional<std::string> ReadCached(const FileDescriptor& file, std::size_t limit);

// Bytes in the file now; 0 for what has no size of its own (pipes, /proc).
Result<std::uint64_t> SizeOf(const FileDescriptor& file);

}  // namespace vigie::base
