#include "core/content/extract/encoded_candidates.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace vigie::content {
namespace {

constexpr std::size_t kBlock = 64;

// Each class of bytes is a union of rectangles (high nibble × low nibble), a bit for each: the class of a byte is then
// kByHigh[byte >> 4] & kByLow[byte & 15], two look-ups that processors do for 32 bytes at once.
enum Rectangle : std::uint8_t {
  kPercentAmpersand = 1,   // 2 × 5,6
  kEqualsBackslash = 2,    // 3,5 × C,D
  kDigitsLateLetters = 4,  // 3,5,7 × 0…A
  kEarlyLetters = 8,       // 4,6 × 1…F
  kSigns = 16,             // 2,5 × B,D,F: + - / _
  kHexDigits = 32,         // 3 × 0…A: with the colon
  kHexLetters = 64,        // 4,6 × 1…6
  kHexSeparators = 128,    // 2 × 0,C,D: space , -
};
constexpr std::uint8_t kEscapes = kPercentAmpersand | kEqualsBackslash;
constexpr std::uint8_t kWordBytes = kDigitsLateLetters | kEarlyLetters | kSigns;
constexpr std::uint8_t kSpacedHexBytes = kHexDigits | kHexLetters | kHexSeparators;

using NibbleTable = std::array<std::uint8_t, 16>;

constexpr NibbleTable MakeByHigh() {
  NibbleTable table{};
  table[2] = kPercentAmpersand | kSigns | kHexSeparators;
  table[3] = kEqualsBackslash | kDigitsLateLetters | kHexDigits;
  table[4] = table[6] = kEarlyLetters | kHexLetters;
  table[5] = kEqualsBackslash | kDigitsLateLetters | kSigns;
  table[7] = kDigitsLateLetters;
  return table;
}

constexpr NibbleTable MakeByLow() {
  NibbleTable table{};
  const auto add = [&table](std::size_t from, std::size_t to, std::uint8_t rectangle) {
    for (auto low = from; low <= to; ++low) table[low] = static_cast<std::uint8_t>(table[low] | rectangle);
  };
  add(5, 6, kPercentAmpersand);
  add(12, 13, kEqualsBackslash);
  add(0, 10, kDigitsLateLetters | kHexDigits);
  add(1, 15, kEarlyLetters);
  for (const std::size_t sign : {11, 13, 15}) add(sign, sign, kSigns);
  add(1, 6, kHexLetters);
  for (const std::size_t separator : {0, 12, 13}) add(separator, separator, kHexSeparators);
  return table;
}

constexpr NibbleTable kByHigh = MakeByHigh();
constexpr NibbleTable kByLow = MakeByLow();

// Of one block. A lane is eight bytes, at a multiple of eight: a run of 24 fills two lanes wherever it begins, one of
// 32 three, and looking at lanes costs less than looking at bytes.
struct BlockMasks {
  std::uint64_t escapes = 0;  // a bit for each byte
  unsigned words = 0;         // a bit for each lane that is filled
  unsigned spaced_hex = 0;
};

BlockMasks ClassifyPortably(const char* bytes) {
  BlockMasks masks{.escapes = 0, .words = 0xff, .spaced_hex = 0xff};
  for (std::size_t i = 0; i < kBlock; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    const unsigned classes = kByHigh[byte >> 4] & kByLow[byte & 15];
    const unsigned lane = 1U << (i / 8);
    masks.escapes |= std::uint64_t{(classes & kEscapes) != 0} << i;
    if ((classes & kWordBytes) == 0) masks.words &= ~lane;
    if ((classes & kSpacedHexBytes) == 0) masks.spaced_hex &= ~lane;
  }
  return masks;
}

class CandidateCollector {
 public:
  explicit CandidateCollector(EncodedCandidates& candidates) : candidates_(candidates) {}

  void Take(const BlockMasks& masks, std::size_t position) {
    // Bit 8 is the first lane of this block; below stand the last ones of the block before.
    const unsigned words = (masks.words << 8) | before_words_;
    const unsigned spaced_hex = (masks.spaced_hex << 8) | before_spaced_hex_;
    before_words_ = masks.words;
    before_spaced_hex_ = masks.spaced_hex;
    const unsigned word_ends = (words & (words << 1)) >> 8 & 0xff;
    const unsigned hex_ends = (spaced_hex & (spaced_hex << 1) & (spaced_hex << 2)) >> 8 & 0xff;
    if ((masks.escapes | word_ends | hex_ends) == 0) [[likely]]
      return;
    AddEscapes(masks.escapes, position);
    AddRuns(word_ends, position, candidates_.words);
    AddRuns(hex_ends, position, candidates_.spaced_hex);
  }

 private:
  void AddEscapes(std::uint64_t mask, std::size_t position) {
    for (; mask != 0; mask &= mask - 1) {
      candidates_.escapes.push_back(static_cast<std::uint32_t>(position) +
                                    static_cast<std::uint32_t>(std::countr_zero(mask)));
    }
  }

  // The first lane of each row of them.
  static void AddRuns(unsigned lanes, std::size_t position, std::vector<std::uint32_t>& into) {
    for (lanes &= ~(lanes << 1); lanes != 0; lanes &= lanes - 1) {
      into.push_back(static_cast<std::uint32_t>(position) + 8 * static_cast<std::uint32_t>(std::countr_zero(lanes)));
    }
  }

  EncodedCandidates& candidates_;
  unsigned before_words_ = 0;
  unsigned before_spaced_hex_ = 0;
};

#if defined(__x86_64__)
#define VIGIE_AVX2 __attribute__((target("avx2")))

VIGIE_AVX2 inline __m256i InBothLanes(const NibbleTable& table) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(table.data())));
}

// All ones in each byte that is in none of `wanted`.
VIGIE_AVX2 inline __m256i Outside(__m256i classes, std::uint8_t wanted) {
  return _mm256_cmpeq_epi8(_mm256_and_si256(classes, _mm256_set1_epi8(static_cast<char>(wanted))),
                           _mm256_setzero_si256());
}

VIGIE_AVX2 inline unsigned FilledLanes(__m256i outside) {
  return static_cast<unsigned>(
      _mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpeq_epi64(outside, _mm256_setzero_si256()))));
}

VIGIE_AVX2 inline BlockMasks ClassifyWide(const char* bytes) {
  const __m256i by_high = InBothLanes(kByHigh);
  const __m256i by_low = InBothLanes(kByLow);
  const __m256i nibble = _mm256_set1_epi8(15);
  BlockMasks masks;
  for (unsigned half = 0; half < 2; ++half) {
    const __m256i block = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + 32 * half));
    const __m256i high = _mm256_shuffle_epi8(by_high, _mm256_and_si256(_mm256_srli_epi16(block, 4), nibble));
    // A byte with its high bit set looks up zero here: not ASCII is in no class.
    const __m256i classes = _mm256_and_si256(_mm256_shuffle_epi8(by_low, block), high);
    const auto plain = static_cast<std::uint32_t>(_mm256_movemask_epi8(Outside(classes, kEscapes)));
    masks.escapes |= std::uint64_t{~plain} << (32 * half);
    masks.words |= FilledLanes(Outside(classes, kWordBytes)) << (4 * half);
    masks.spaced_hex |= FilledLanes(Outside(classes, kSpacedHexBytes)) << (4 * half);
  }
  return masks;
}

VIGIE_AVX2 void CollectWide(std::string_view text, CandidateCollector& collector) {
  for (std::size_t i = 0; i + kBlock <= text.size(); i += kBlock) collector.Take(ClassifyWide(text.data() + i), i);
}
#endif

void CollectWholeBlocks(std::string_view text, CandidateCollector& collector) {
#if defined(__x86_64__)
  static const bool kWide = __builtin_cpu_supports("avx2") != 0;
  if (kWide) return CollectWide(text, collector);
#endif
  for (std::size_t i = 0; i + kBlock <= text.size(); i += kBlock) collector.Take(ClassifyPortably(text.data() + i), i);
}

}  // namespace

void EncodedCandidates::Clear() {
  escapes.clear();
  words.clear();
  spaced_hex.clear();
}

void FindEncodedCandidates(std::string_view text, EncodedCandidates& candidates) {
  candidates.Clear();
  CandidateCollector collector(candidates);
  CollectWholeBlocks(text, collector);
  const auto whole = text.size() / kBlock * kBlock;
  std::array<char, kBlock> last{};
  std::memcpy(last.data(), text.data() + whole, text.size() - whole);
  collector.Take(ClassifyPortably(last.data()), whole);
}

}  // namespace vigie::content
