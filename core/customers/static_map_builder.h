#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "platform/base/result.h"

namespace vigie::customers {

struct StaticMapEntry {
  std::uint64_t hash = 0;
  std::uint64_t value = 0;
};

// The section that StaticMap::Open reads, with fingerprints of at least `fingerprint_bits`; "" for no entries. The
// hashes must be distinct, the values below 2^`value_bits`, both bits together at most 57. About 1.04 slots an entry,
// in blocks of 64 bytes; memory while building: about 5 bytes an entry.
base::Result<std::string> BuildStaticMap(std::span<const StaticMapEntry> entries, unsigned value_bits,
                                         unsigned fingerprint_bits);

}  // namespace vigie::customers
