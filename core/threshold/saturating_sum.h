#pragma once

#include <cstdint>
#include <limits>

namespace vigie::threshold {

// A measure that wrapped around would fall below its threshold.
constexpr std::uint64_t SaturatingSum(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  return b > most - a ? most : a + b;
}

}  // namespace vigie::threshold
