#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/content/byte_source.h"

namespace vigie::content {

// A stretch of a file.
struct ByteRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool operator==(const ByteRange&) const = default;
};

// The central directory of a zip (APPNOTE.TXT 6.3, 4.3.12 to 4.3.16), read for what unpackers do not show: comments,
// and the bytes of the file that belong to no entry.
struct ZipDirectory {
  std::vector<std::string> names;
  std::string comments;              // of the archive, of entries, and large extra fields: each on a line of its own
  std::vector<ByteRange> unclaimed;  // in order, none empty
  bool has_all_entries = true;       // false: there are more than asked for, and `unclaimed` is not known
  bool is_too_large = false;         // names and comments above 10 MiB: then, too, entries are missing
};

// Nothing if the source has no directory at its end, or a damaged one. Never keeps more than `most_entries` names.
std::optional<ZipDirectory> ReadZipDirectory(ByteSource& source, std::size_t most_entries);

// The source ends as a zip does. One read of 64 KiB at most.
bool EndsAsZip(ByteSource& source);

}  // namespace vigie::content
