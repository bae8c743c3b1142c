#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/customers/static_map.h"

namespace vigie::customers {

// Look-ups in the lanes of AVX-512, eight at once: the same answers as StaticMap::Find gives.
struct LaneLookups {
  const StaticMapShape& shape;
  const char* blocks = nullptr;
  std::span<const std::uint64_t> hashes;  // a multiple of kMapLanes
  std::span<std::uint64_t> values;        // as many
};
inline constexpr std::size_t kMapLanes = 8;

// Whether this processor can, and for a map of this shape.
bool HasMapLanes(const StaticMapShape& shape);
// Only if HasMapLanes.
void FindInLanes(const LaneLookups& lookups);

}  // namespace vigie::customers
