#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "platform/base/file_descriptor.h"
#include "platform/base/result.h"

namespace vigie::base {

// Fills `into` from `offset` on, without touching the descriptor's own offset. Fewer bytes than asked for = the end of
// the file.
Result<std::size_t> ReadAt(const FileDescriptor& file, std::uint64_t offset, std::span<char> into);

// Bytes in the file now; 0 for what has no size of its own (pipes, /proc).
Result<std::uint64_t> SizeOf(const FileDescriptor& file);

}  // namespace vigie::base
