#pragma once

#include <string>
#include <vector>

#include "core/seal/host_key.h"
#include "agent/spool/spool_table.h"
#include "platform/base/clock.h"
#include "platform/base/result.h"

namespace vigie::agent::spool {

// A spool that can be used, and what had to be left behind on the way to it.
struct OpenedSpool {
  SpoolTable table;
  SpoolSize size{};
  std::vector<v1::Gap> gaps{};  // to be told; kept in the table already
};

// Opens the file, whatever it is:
// - one of a version that kept events in clear is copied into a sealed one, overwritten with zeros and removed, and so
//   are its write-ahead log and its set-aside damaged copies (those again at each start until it went well);
// - a damaged one, or a write-ahead log that SQLite would not read to its end, is set aside (damaged_file.h), and each
//   row that can still be opened is carved out of its pages into a new one (page_carver.h). A row of which some bit is
//   wrong, and a sequence that is missing between others, is counted and named in a gap.
// Interrupted at any moment, the next call begins again. ":memory:" is what it says. An error is the disk's: full,
// refusing, or not there.
base::Result<OpenedSpool> OpenSpool(const std::string& path, const seal::HostKey::Loaded& key, base::SystemTime now);

// The same for a file that turned out to be damaged while it was in use; nobody may have it open.
base::Result<OpenedSpool> RebuildSpool(const std::string& path, const seal::HostKey& key, base::SystemTime now);

}  // namespace vigie::agent::spool
