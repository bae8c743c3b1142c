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
// hashes must be distinct, the values below 2^`value_bits`. About 1.13 slots an entry; memory while building: about 26
// bytes an entry.
base::Result<std::string> BuildStaticMap(std::span<const StaticMapEntry> entries, unsigned value_bits,
                                         unsigned fingerprint_bits);

}  // namespace vigie::customers
