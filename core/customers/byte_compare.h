#pragma once

#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>

// Sixteen bytes compared in a register, without a branch.
namespace vigie::customers {

// All ones in each byte from `first` on, `count` of them. Signed comparison, so ranges are shifted to begin at -128.
inline __m128i BytesInRange(__m128i bytes, char first, int count) {
  const __m128i shifted = _mm_sub_epi8(bytes, _mm_set1_epi8(static_cast<char>(first + 128)));
  return _mm_cmplt_epi8(shifted, _mm_set1_epi8(static_cast<char>(count - 128)));
}

// The highest bit of each byte.
inline std::uint64_t BitsOf(__m128i bytes) {
  return static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(bytes)));
}

}  // namespace vigie::customers

#endif
