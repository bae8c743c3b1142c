#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/customers/byte_compare.h"

// What 64 bytes are, a bit for each, found by comparing them in registers and without a branch.
namespace vigie::content {

inline constexpr std::size_t kMaskedBytes = 64;

// ASCII only.
struct ByteMasks {
  std::uint64_t digits = 0;
  std::uint64_t letters = 0;
  std::uint64_t lower = 0;  // of the letters

  bool operator==(const ByteMasks&) const = default;
};

// What says where words begin.
struct LetterMasks {
  std::uint64_t letters = 0;  // of ASCII
  std::uint64_t high = 0;     // all of UTF-8 that is not ASCII
  std::uint64_t leads = 0;    // of these, the first of a character

  bool operator==(const LetterMasks&) const = default;
};

// What mail addresses consist of.
struct AddressMasks {
  std::uint64_t letters = 0;  // of ASCII
  std::uint64_t digits = 0;
  std::uint64_t points = 0;
  std::uint64_t hyphens = 0;
  std::uint64_t underscores = 0;
  std::uint64_t others = 0;  // + and '

  bool operator==(const AddressMasks&) const = default;
};

static_assert(std::endian::native == std::endian::little, "the first byte must be the lowest");

// What a processor without SSE2 uses, and tests compare the others with.

inline ByteMasks PortableMasksOf(const char* bytes) {
  ByteMasks masks;
  for (std::size_t i = 0; i < kMaskedBytes; ++i) {
    const char c = bytes[i];
    const bool is_lower = c >= 'a' && c <= 'z';
    masks.digits |= std::uint64_t{c >= '0' && c <= '9'} << i;
    masks.letters |= std::uint64_t{is_lower || (c >= 'A' && c <= 'Z')} << i;
    masks.lower |= std::uint64_t{is_lower} << i;
  }
  return masks;
}

inline LetterMasks PortableLetterMasksOf(const char* bytes) {
  LetterMasks masks;
  for (std::size_t i = 0; i < kMaskedBytes; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    masks.letters |= std::uint64_t{(byte | 0x20U) >= 'a' && (byte | 0x20U) <= 'z'} << i;
    masks.high |= std::uint64_t{byte >= 0x80} << i;
    masks.leads |= std::uint64_t{byte >= 0xc0} << i;
  }
  return masks;
}

inline AddressMasks PortableAddressMasksOf(const char* bytes) {
  AddressMasks masks;
  const auto plain = PortableMasksOf(bytes);
  masks.letters = plain.letters;
  masks.digits = plain.digits;
  for (std::size_t i = 0; i < kMaskedBytes; ++i) {
    masks.points |= std::uint64_t{bytes[i] == '.'} << i;
    masks.hyphens |= std::uint64_t{bytes[i] == '-'} << i;
    masks.underscores |= std::uint64_t{bytes[i] == '_'} << i;
    masks.others |= std::uint64_t{bytes[i] == '+' || bytes[i] == '\''} << i;
  }
  return masks;
}

// Eight bytes at a time.
inline std::uint64_t PortableDigitMask(const char* bytes) {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  std::uint64_t mask = 0;
  for (unsigned i = 0; i < 8; ++i) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + i * 8, sizeof(word));
    const std::uint64_t value = word ^ (kEach * '0');  // 0 to 9 for a digit
    const std::uint64_t other = ((value & (kEach * 0x7f)) + kEach * 0x76) | value;
    const std::uint64_t digits = (~other >> 7) & kEach;
    mask |= ((digits * 0x0102040810204080) >> 56) << (i * 8);
  }
  return mask;
}

#if defined(__SSE2__)

using customers::BitsOf;
using customers::BytesInRange;

inline std::uint64_t DigitMask(const char* bytes) {
  std::uint64_t mask = 0;
#pragma GCC unroll 4
  for (unsigned part = 0; part < 4; ++part) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + 16 * part));
    mask |= BitsOf(BytesInRange(block, '0', 10)) << (16 * part);
  }
  return mask;
}

inline ByteMasks MasksOf(const char* bytes) {
  ByteMasks masks;
#pragma GCC unroll 4
  for (unsigned part = 0; part < 4; ++part) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + 16 * part));
    const __m128i letters = BytesInRange(_mm_or_si128(block, _mm_set1_epi8(0x20)), 'a', 26);
    masks.digits |= BitsOf(BytesInRange(block, '0', 10)) << (16 * part);
    masks.letters |= BitsOf(letters) << (16 * part);
    // Of letters, bit 5 says which are small: shifted to where movemask looks.
    masks.lower |= BitsOf(_mm_and_si128(letters, _mm_slli_epi16(block, 2))) << (16 * part);
  }
  return masks;
}

inline LetterMasks LetterMasksOf(const char* bytes) {
  constexpr char kLastTrail = static_cast<char>(0xbf);
  LetterMasks masks;
#pragma GCC unroll 4
  for (unsigned part = 0; part < 4; ++part) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + 16 * part));
    const __m128i letters = BytesInRange(_mm_or_si128(block, _mm_set1_epi8(0x20)), 'a', 26);
    const auto high = BitsOf(block);
    masks.letters |= BitsOf(letters) << (16 * part);
    masks.high |= high << (16 * part);
    masks.leads |= (BitsOf(_mm_cmpgt_epi8(block, _mm_set1_epi8(kLastTrail))) & high) << (16 * part);
  }
  return masks;
}

inline AddressMasks AddressMasksOf(const char* bytes) {
  AddressMasks masks;
#pragma GCC unroll 4
  for (unsigned part = 0; part < 4; ++part) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + 16 * part));
    const auto equal = [&](char c) { return _mm_cmpeq_epi8(block, _mm_set1_epi8(c)); };
    masks.letters |= BitsOf(BytesInRange(_mm_or_si128(block, _mm_set1_epi8(0x20)), 'a', 26)) << (16 * part);
    masks.digits |= BitsOf(BytesInRange(block, '0', 10)) << (16 * part);
    masks.points |= BitsOf(equal('.')) << (16 * part);
    masks.hyphens |= BitsOf(equal('-')) << (16 * part);
    masks.underscores |= BitsOf(equal('_')) << (16 * part);
    masks.others |= BitsOf(_mm_or_si128(equal('+'), equal('\''))) << (16 * part);
  }
  return masks;
}

#else

inline ByteMasks MasksOf(const char* bytes) {
  return PortableMasksOf(bytes);
}
inline LetterMasks LetterMasksOf(const char* bytes) {
  return PortableLetterMasksOf(bytes);
}
inline AddressMasks AddressMasksOf(const char* bytes) {
  return PortableAddressMasksOf(bytes);
}
inline std::uint64_t DigitMask(const char* bytes) {
  return PortableDigitMask(bytes);
}

#endif

}  // namespace vigie::content
