#include "core/customers/text_runs.h"

#include <algorithm>
#include <bit>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "core/customers/byte_compare.h"
#include "core/customers/text_fold.h"

namespace vigie::customers {
namespace {

// Bit n: byte n is a letter, a digit or foreign; byte n is foreign; byte n ends a line.
struct ChunkBits {
  std::uint64_t word = 0;
  std::uint64_t foreign = 0;
  std::uint64_t line_end = 0;
};

ChunkBits ClassifyPortably(const char* chunk) {
  ChunkBits bits;
  for (std::size_t i = 0; i < TextRuns::kChunk; ++i) {
    const char c = chunk[i];
    const bool foreign = static_cast<unsigned char>(c) >= 0x80;
    bits.word |= std::uint64_t{IsAsciiLetter(c) || IsDigit(c) || foreign} << i;
    bits.foreign |= std::uint64_t{foreign} << i;
    bits.line_end |= std::uint64_t{c == '\n' || c == '\r'} << i;
  }
  return bits;
}

#if defined(__x86_64__)

ChunkBits Classify(const char* chunk) {
  ChunkBits bits;
  for (int part = 0; part < 4; ++part) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(chunk + 16 * part));
    const __m128i lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
    const __m128i word = _mm_or_si128(BytesInRange(lower, 'a', 26), BytesInRange(bytes, '0', 10));
    const __m128i line_end =
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r')));
    bits.word |= BitsOf(_mm_or_si128(word, bytes)) << (16 * part);
    bits.foreign |= BitsOf(bytes) << (16 * part);
    bits.line_end |= BitsOf(line_end) << (16 * part);
  }
  return bits;
}

#else

ChunkBits Classify(const char* chunk) {
  return ClassifyPortably(chunk);
}

#endif

// Where runs begin and end in these bits.
std::uint64_t EdgesIn(std::uint64_t word, bool in_run) {
  return word ^ (word << 1 | (in_run ? 1 : 0));
}

struct Chunks {
  const char* bytes = nullptr;
  std::size_t first = 0;  // of the window
  std::size_t count = 0;
  std::size_t behind = 0;  // bytes that may be read behind them
};

__extension__ using Wide = unsigned __int128;
constexpr std::size_t kLongest = 4;
// By the length of a character: where bytes are that may begin one. 1: bytes that go on.
using Sequences = std::array<Wide, kLongest + 1>;

// 0 = no part of UTF-8.
constexpr std::size_t SequenceOf(unsigned char byte) {
  if (byte < 0xC0) return 1;
  if (byte < 0xC2 || byte > 0xF4) return 0;
  if (byte < 0xE0) return 2;
  return byte < 0xF0 ? 3 : 4;
}

Sequences SequencesPortably(const char* chunk, std::uint64_t foreign) {
  Sequences found{};
  for (; foreign != 0; foreign &= foreign - 1) {
    const auto place = std::countr_zero(foreign);
    found[SequenceOf(static_cast<unsigned char>(chunk[place]))] |= Wide{1} << place;
  }
  return found;
}

#if defined(__x86_64__)

Sequences SequencesIn(const char* chunk, std::uint64_t) {
  std::array<std::uint64_t, kLongest + 1> found{};
  for (int part = 0; part < 4; ++part) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(chunk + 16 * part));
    found[1] |= BitsOf(BytesInRange(bytes, '\x80', 0xC0 - 0x80)) << (16 * part);
    found[2] |= BitsOf(BytesInRange(bytes, '\xC2', 0xE0 - 0xC2)) << (16 * part);
    found[3] |= BitsOf(BytesInRange(bytes, '\xE0', 0xF0 - 0xE0)) << (16 * part);
    found[4] |= BitsOf(BytesInRange(bytes, '\xF0', 0xF5 - 0xF0)) << (16 * part);
  }
  return {0, found[1], found[2], found[3], found[4]};
}

#else

Sequences SequencesIn(const char* chunk, std::uint64_t foreign) {
  return SequencesPortably(chunk, foreign);
}

#endif

using SequencesFunction = Sequences (*)(const char*, std::uint64_t);

// Foreign bytes that have the form of UTF-8, which is what a letter must have. Of packed bytes most have not: they part
// words, and what stands between them is plain. `carry`: how many bytes go on from the chunk before, and in the next.
template <SequencesFunction kSequences>
std::uint64_t WellFormed(const char* chunk, std::uint64_t foreign, std::size_t behind, unsigned& carry) {
  Sequences starts = kSequences(chunk, foreign);
  for (std::size_t i = 0; i < std::min(behind, kLongest - 1); ++i) {
    const auto byte = static_cast<unsigned char>(chunk[TextRuns::kChunk + i]);
    if (byte >= 0x80 && byte < 0xC0) starts[1] |= Wide{1} << (TextRuns::kChunk + i);
  }
  Wide formed = (Wide{1} << carry) - 1;
  for (std::size_t length = 2; length <= kLongest; ++length) {
    Wide whole = starts[length];
    for (std::size_t i = 1; i < length; ++i) whole &= starts[1] >> i;
    for (std::size_t i = 0; i < length; ++i) formed |= whole << i;
  }
  carry = static_cast<unsigned>(std::popcount(static_cast<std::uint64_t>(formed >> TextRuns::kChunk)));
  return static_cast<std::uint64_t>(formed);
}

// What of the chunk belongs to words.
template <SequencesFunction kSequences>
[[gnu::always_inline]] inline std::uint64_t WordsIn(const Chunks& chunks, std::size_t i, const ChunkBits& bits,
                                                    unsigned& carry) {
  if (bits.foreign == 0) [[likely]]
    return bits.word;
  const std::size_t behind = (chunks.count - i - 1) * TextRuns::kChunk + chunks.behind;
  return (bits.word & ~bits.foreign) |
         WellFormed<kSequences>(chunks.bytes + i * TextRuns::kChunk, bits.foreign, behind, carry);
}

template <ChunkBits (*kClassify)(const char*), SequencesFunction kSequences>
void ScanChunks(const Chunks& chunks, TextRuns::Found& found) {
  for (std::size_t i = 0; i < chunks.count; ++i) {
    const std::size_t chunk = chunks.first + i;
    const ChunkBits bits = kClassify(chunks.bytes + i * TextRuns::kChunk);
    const std::uint64_t words = WordsIn<kSequences>(chunks, i, bits, found.carry);
    for (auto edges = EdgesIn(words, found.in_run); edges != 0; edges &= edges - 1) {
      const auto edge = static_cast<std::size_t>(std::countr_zero(edges));
      found.edges[found.edge_count++] = static_cast<std::uint32_t>(chunk * TextRuns::kChunk + edge);
    }
    found.line_ends[chunk] = bits.line_end;
    found.in_run = words >> (TextRuns::kChunk - 1) != 0;
  }
}

using ScanFunction = void (*)(const Chunks&, TextRuns::Found&);

#if defined(__x86_64__)
#define VIGIE_AVX512_TEXT gnu::target("avx512f,avx512bw,avx512vbmi2,bmi,bmi2,popcnt")

[[VIGIE_AVX512_TEXT]] inline ChunkBits ClassifyWithAvx512(const char* chunk) {
  const __m512i bytes = _mm512_loadu_si512(chunk);
  const __m512i letter = _mm512_sub_epi8(_mm512_or_si512(bytes, _mm512_set1_epi8(0x20)), _mm512_set1_epi8('a'));
  const __m512i digit = _mm512_sub_epi8(bytes, _mm512_set1_epi8('0'));
  const std::uint64_t ascii =
      _mm512_cmplt_epu8_mask(letter, _mm512_set1_epi8(26)) | _mm512_cmplt_epu8_mask(digit, _mm512_set1_epi8(10));
  const std::uint64_t foreign = _mm512_movepi8_mask(bytes);
  return {.word = ascii | foreign,
          .foreign = foreign,
          .line_end = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\n')) |
                      _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\r'))};
}

constexpr __mmask16 kAll = 0xFFFF;  // lanes; without a mask GCC 12 warns of what is in its own header

[[VIGIE_AVX512_TEXT]] inline void StoreSixteen(std::uint32_t* edges, __m128i places, __m512i base) {
  _mm512_storeu_si512(edges, _mm512_add_epi32(_mm512_maskz_cvtepu8_epi32(kAll, places), base));
}

// The places of set bits are what is left of 0, 1, 2 … when the others are gone; a store writes beyond them.
[[VIGIE_AVX512_TEXT]] inline std::size_t StoreEdges(std::uint32_t* edges, std::uint64_t bits, std::size_t begin) {
  alignas(64) static constexpr auto kPlaces = [] {
    std::array<std::uint8_t, TextRuns::kChunk> places{};
    for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<std::uint8_t>(i);
    return places;
  }();
  const __m512i places = _mm512_maskz_compress_epi8(bits, _mm512_load_si512(kPlaces.data()));
  const __m512i base = _mm512_set1_epi32(static_cast<int>(begin));
  const auto count = static_cast<std::size_t>(std::popcount(bits));
  StoreSixteen(edges, _mm512_maskz_extracti32x4_epi32(0xF, places, 0), base);
  if (count > 16) StoreSixteen(edges + 16, _mm512_maskz_extracti32x4_epi32(0xF, places, 1), base);
  if (count > 32) {
    StoreSixteen(edges + 32, _mm512_maskz_extracti32x4_epi32(0xF, places, 2), base);
    StoreSixteen(edges + 48, _mm512_maskz_extracti32x4_epi32(0xF, places, 3), base);
  }
  return count;
}

[[VIGIE_AVX512_TEXT]] void ScanWithAvx512(const Chunks& chunks, TextRuns::Found& found) {
  for (std::size_t i = 0; i < chunks.count; ++i) {
    const std::size_t chunk = chunks.first + i;
    const ChunkBits bits = ClassifyWithAvx512(chunks.bytes + i * TextRuns::kChunk);
    const std::uint64_t words = WordsIn<SequencesIn>(chunks, i, bits, found.carry);
    found.edge_count +=
        StoreEdges(found.edges.data() + found.edge_count, EdgesIn(words, found.in_run), chunk * TextRuns::kChunk);
    found.line_ends[chunk] = bits.line_end;
    found.in_run = words >> (TextRuns::kChunk - 1) != 0;
  }
}

#undef VIGIE_AVX512_TEXT

bool HasAvx512() {
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
         __builtin_cpu_supports("avx512vbmi2") != 0 && __builtin_cpu_supports("bmi") != 0 &&
         __builtin_cpu_supports("bmi2") != 0 && __builtin_cpu_supports("popcnt") != 0;
}

#endif

ScanFunction ScanWith(Instructions most) {
#if defined(__x86_64__)
  if (most >= Instructions::kAvx512 && HasAvx512()) return ScanWithAvx512;
#endif
  if (most >= Instructions::kSse2) return ScanChunks<Classify, SequencesIn>;
  return ScanChunks<ClassifyPortably, SequencesPortably>;
}

}  // namespace

bool TextRuns::Next() {
  base_ = next_;
  run_count_ = 0;
  if (base_ >= text_.size()) return false;
  const std::size_t bytes = std::min(text_.size() - base_, kChunks * kChunk);
  FindEdges(bytes);
  FindLines(bytes);
  KeepWhole(bytes);
  return true;
}

void TextRuns::FindEdges(std::size_t bytes) {
  static const ScanFunction best = ScanWith(Instructions::kBest);
  const ScanFunction scan = instructions_ == Instructions::kBest ? best : ScanWith(instructions_);
  Found found{edges_, line_ends_};
  const std::size_t whole = bytes / kChunk;
  scan({text_.data() + base_, 0, whole, text_.size() - base_ - whole * kChunk}, found);
  if (bytes % kChunk != 0) {
    std::array<char, kChunk> last{};
    text_.copy(last.data(), bytes % kChunk, base_ + whole * kChunk);
    scan({last.data(), whole, 1, 0}, found);
  }
  edge_count_ = found.edge_count;
}

void TextRuns::FindLines(std::size_t bytes) {
  for (std::size_t chunk = 0; chunk * kChunk < bytes; ++chunk) {
    lines_[chunk] = line_;
    const auto last = kChunk - static_cast<std::size_t>(std::countl_zero(line_ends_[chunk]));  // one behind it
    if (last > 0) line_ = static_cast<std::uint32_t>(base_ + chunk * kChunk + last);
  }
}

// A run that goes on behind the window begins the next one; one that fills a whole window is followed to its end.
void TextRuns::KeepWhole(std::size_t bytes) {
  next_ = base_ + bytes;
  run_count_ = edge_count_ / 2;
  if (edge_count_ % 2 == 0) return;
  const std::uint32_t begin = edges_[edge_count_ - 1];
  if (next_ < text_.size() && begin > 0) {
    next_ = base_ + begin;
    line_ = LineOf(begin);
    return;
  }
  next_ = LongRunEnd(next_);
  edges_[edge_count_] = static_cast<std::uint32_t>(next_ - base_);
  ++run_count_;
}

// At most as far as 32 bits count: the rest is another run.
std::size_t TextRuns::LongRunEnd(std::size_t position) const {
  const std::string_view text = text_.substr(0, base_ + 0xFFFFFFFF);
  while (position + kChunk <= text.size()) {
    const std::uint64_t word = Classify(text.data() + position).word;
    if (~word != 0) return position + static_cast<std::size_t>(std::countr_one(word));
    position += kChunk;
  }
  const auto is_word = [](char c) { return IsAsciiLetter(c) || IsDigit(c) || static_cast<unsigned char>(c) >= 0x80; };
  while (position < text.size() && is_word(text[position])) ++position;
  return position;
}

}  // namespace vigie::customers
