#include "platform/base/utf8.h"

#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace vigie::base {
namespace {

unsigned char At(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

// Of the sequence that begins with `first`; 0 if none does.
std::size_t SequenceLength(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  if (first >= 0xf0 && first <= 0xf4) return 4;
  return 0;
}

bool SecondByteFits(unsigned char first, unsigned char second) {
  const unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  return second >= low && second <= high;
}

bool IsPlain(char c) {
  return c != '\0' && static_cast<unsigned char>(c) < 0x80;
}

#if defined(__SSE2__)

constexpr std::size_t kBlock = 16;

// How many plain bytes a block begins with.
std::size_t PlainBytes(const char* block) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block));
  // Of signed bytes, those above zero.
  const auto plain = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpgt_epi8(bytes, _mm_setzero_si128())));
  return static_cast<unsigned>(std::countr_one(plain));
}

#else

constexpr std::size_t kBlock = 8;

std::size_t PlainBytes(const char* block) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t word = 0;
  std::memcpy(&word, block, sizeof word);
  constexpr std::uint64_t kHigh = 0x8080808080808080;
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  // Zero bytes borrow: their high bit shows, and perhaps that of bytes behind.
  return static_cast<unsigned>(std::countr_zero((word | (word - kOnes)) & kHigh)) / 8;
}

#endif

std::size_t AsciiPrefix(std::string_view text) {
  std::size_t count = 0;
  while (text.size() - count >= kBlock) {
    const std::size_t plain = PlainBytes(text.data() + count);
    count += plain;
    if (plain < kBlock) return count;
  }
  while (count < text.size() && IsPlain(text[count])) ++count;
  return count;
}

#if defined(__SSE2__)

constexpr std::size_t kWideBlock = 64;

// A bit for each byte of a block.
struct BlockMasks {
  std::uint64_t firsts = 0;   // C2 to DF, which begin a character of two bytes
  std::uint64_t seconds = 0;  // 80 to BF
  std::uint64_t others = 0;   // neither, nor plain
};

BlockMasks MasksOf(const char* block) {
  BlockMasks masks;
  for (std::size_t part = 0; part < 4; ++part) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + 16 * part));
    const auto bits = [part](__m128i mask) {
      return static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(mask))) << 16 * part;
    };
    const __m128i plain = _mm_cmpgt_epi8(bytes, _mm_setzero_si128());
    const __m128i second = _mm_cmplt_epi8(bytes, _mm_set1_epi8(static_cast<char>(0xc0)));
    const __m128i before_first = _mm_cmplt_epi8(bytes, _mm_set1_epi8(static_cast<char>(0xc2)));
    const __m128i until_first = _mm_cmplt_epi8(bytes, _mm_set1_epi8(static_cast<char>(0xe0)));
    const __m128i first = _mm_andnot_si128(before_first, until_first);
    masks.firsts |= bits(first);
    masks.seconds |= bits(second);
    masks.others |= ~bits(_mm_or_si128(_mm_or_si128(plain, first), second)) & std::uint64_t{0xffff} << 16 * part;
  }
  return masks;
}

// Most text: the whole blocks of characters of one or two bytes that it begins with.
std::size_t ShortCharacters(std::string_view text) {
  std::size_t count = 0;
  std::uint64_t open = 0;  // 1 if the last byte of the block before began a character
  for (; text.size() - count >= kWideBlock; count += kWideBlock) {
    const BlockMasks masks = MasksOf(text.data() + count);
    if ((masks.others | ((masks.firsts << 1 | open) ^ masks.seconds)) != 0) break;
    open = masks.firsts >> (kWideBlock - 1);
  }
  return count - static_cast<std::size_t>(open);
}

#else

std::size_t ShortCharacters(std::string_view) {
  return 0;
}

#endif

// Letters with accents are of two bytes: C2 to DF, then 80 to BF.
bool IsPair(std::string_view text, std::size_t i) {
  return text.size() - i >= 2 && At(text, i) >= 0xc2 && At(text, i) <= 0xdf && (At(text, i + 1) & 0xc0) == 0x80;
}

}  // namespace

Utf8Character FirstUtf8Character(std::string_view text) {
  if (text.empty()) return {Utf8Form::kIncomplete, 0};
  const std::size_t length = SequenceLength(At(text, 0));
  if (length == 0) return {Utf8Form::kInvalid, 0};
  for (std::size_t i = 1; i < length; ++i) {
    if (i >= text.size()) return {Utf8Form::kIncomplete, 0};
    const bool fits = i == 1 ? SecondByteFits(At(text, 0), At(text, 1)) : (At(text, i) & 0xc0) == 0x80;
    if (!fits) return {Utf8Form::kInvalid, 0};
  }
  return {Utf8Form::kValid, length};
}

std::size_t Utf8Prefix(std::string_view text) {
  std::size_t count = 0;
  while (true) {
    count += ShortCharacters(text.substr(count));
    count += AsciiPrefix(text.substr(count));
    if (count == text.size() || text[count] == '\0') return count;
    // Foreign letters come alone or in rows.
    do {
      if (IsPair(text, count)) {
        count += 2;
        continue;
      }
      const Utf8Character character = FirstUtf8Character(text.substr(count));
      if (character.form != Utf8Form::kValid) return count;
      count += character.bytes;
    } while (count < text.size() && At(text, count) >= 0x80);
  }
}

}  // namespace vigie::base
