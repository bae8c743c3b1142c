#pragma once

#include <cstdint>

namespace vigie::customers {

// What of the processor may be used, each with all before it, as far as there is any. The product takes the best; tests
// take each, so that one machine runs what any other runs.
enum class Instructions : std::uint8_t { kPortable, kSse2, kAvx2, kAvx512, kBest = kAvx512 };

}  // namespace vigie::customers
