#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/customers/index_key.h"
#include "core/customers/record_set.h"
#include "platform/base/file_descriptor.h"
#include "platform/base/result.h"

namespace vigie::customers {

struct IndexInfo {
  std::uint32_t format_version = 0;
  std::string id;     // hex, new for each full build
  std::string state;  // hex, new for each full build and for each delta on top of it
  std::uint64_t records = 0;
  std::uint64_t strong_cells = 0;
  std::uint64_t weak_cells = 0;
  std::uint64_t pairs = 0;  // of a name and a text that identify together
  std::uint64_t bytes = 0;
  std::int64_t built_at = 0;  // Unix seconds
  std::string region;         // of phone numbers without a country code; "" = none
  std::string ledger;         // hex: indexes of one ledger mean the same people by the same record ids
  std::uint32_t deltas = 0;   // on top of the base
  RecordSet canaries;         // invented customers whose every sighting is an incident
};

// The exact-match index over the customer directory, memory-mapped and read-only. Thread-safe.
class CustomerIndex {
 public:
  // Maps the file and checks its header, checksum and that `key` is the one it was built with (kPermissionDenied if
  // not). A damaged, truncated or foreign file is refused, never trusted.
  static base::Result<std::unique_ptr<CustomerIndex>> Open(const base::FileDescriptor& file, const IndexKey& key);
  // As Open, without a key: for `vigie index info`.
  static base::Result<IndexInfo> ReadInfo(const base::FileDescriptor& file);

  virtual ~CustomerIndex() = default;
  virtual const IndexInfo& info() const = 0;

  // Adds every customer found in `text` (UTF-8; other bytes are no token characters). Strong cells count alone, weak
  // ones together with another cell of the same record within the row or 256 bytes. Time is linear in the text.
  virtual void Match(std::string_view text, RecordSet& found) const = 0;
};

}  // namespace vigie::customers
