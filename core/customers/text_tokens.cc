#include "core/customers/text_tokens.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace vigie::customers {
namespace {

constexpr std::size_t kChunk = 64;
constexpr std::size_t kBatch = 512;
constexpr std::uint64_t kEveryByte = 0x0101010101010101ULL;
constexpr std::uint64_t kForeign = 0x80 * kEveryByte;
constexpr std::uint64_t kLetter = 0x40 * kEveryByte;     // of the bytes of a run of ASCII, digits lack it
constexpr std::uint64_t kLowerCase = 0x20 * kEveryByte;  // digits have it anyway

// Bit n: byte n is a letter, a digit or foreign; byte n ends a line.
struct ChunkBits {
  std::uint64_t word = 0;
  std::uint64_t line_end = 0;
};

#if defined(__SSE2__)

// Signed comparison, so ranges are shifted to begin at -128.
__m128i InRange(__m128i bytes, char first, int count) {
  const __m128i shifted = _mm_sub_epi8(bytes, _mm_set1_epi8(static_cast<char>(first + 128)));
  return _mm_cmplt_epi8(shifted, _mm_set1_epi8(static_cast<char>(count - 128)));
}

std::uint64_t MaskOf(__m128i bytes) {
  return static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(bytes)));
}

ChunkBits Classify(const char* chunk) {
  ChunkBits bits;
  for (int part = 0; part < 4; ++part) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(chunk + 16 * part));
    const __m128i lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
    const __m128i word = _mm_or_si128(InRange(lower, 'a', 26), InRange(bytes, '0', 10));
    const __m128i line_end =
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r')));
    bits.word |= MaskOf(_mm_or_si128(word, bytes)) << (16 * part);
    bits.line_end |= MaskOf(line_end) << (16 * part);
  }
  return bits;
}

#else

ChunkBits Classify(const char* chunk) {
  ChunkBits bits;
  for (std::size_t i = 0; i < kChunk; ++i) {
    const char c = chunk[i];
    const bool word = IsAsciiLetter(c) || IsDigit(c) || static_cast<unsigned char>(c) >= 0x80;
    bits.word |= std::uint64_t{word} << i;
    bits.line_end |= std::uint64_t{c == '\n' || c == '\r'} << i;
  }
  return bits;
}

#endif

std::uint64_t LowBytes(std::size_t count) {
  return count >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * count)) - 1;
}

std::uint64_t LowBits(int count) {
  return (std::uint64_t{1} << count) - 1;
}

struct TwoBlocks {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
};

TwoBlocks Load(std::string_view text, std::size_t begin) {
  const std::size_t left = text.size() - begin;
  TwoBlocks blocks;
  if (left >= 16) {
    std::memcpy(&blocks.first, text.data() + begin, 8);
    std::memcpy(&blocks.second, text.data() + begin + 8, 8);
    return blocks;
  }
  const std::string_view rest = text.substr(begin);
  for (std::size_t i = left; i-- > 0;) {
    std::uint64_t& block = i < 8 ? blocks.first : blocks.second;
    block = block << 8 | static_cast<unsigned char>(rest[i]);
  }
  return blocks;
}

bool IsAscii(std::string_view run) {
  return std::all_of(run.begin(), run.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool HasDigit(std::string_view folded) {
  return std::any_of(folded.begin(), folded.end(), IsDigit);
}

}  // namespace

TextTokens::TextTokens(std::string_view text, const CellHasher& hasher) : text_(text), hasher_(hasher) {
  tokens_.resize(kBatch + kChunk);
  for (Waiting* waiting : waiting_) {
    waiting->first.resize(kBatch + kChunk);
    waiting->second.resize(kBatch + kChunk);
    waiting->hashes.resize(kBatch + kChunk);
    waiting->tokens.resize(kBatch + kChunk);
  }
}

std::span<const TextToken> TextTokens::Next() {
  size_ = 0;
  while (size_ < kBatch && position_ < text_.size()) TakeChunk();
  if (position_ >= text_.size() && in_run_) {
    in_run_ = false;
    TakeRun(run_begin_, text_.size());
  }
  HashWaiting(one_block_, false);
  HashWaiting(two_blocks_, true);
  return {tokens_.data(), size_};
}

void TextTokens::TakeChunk() {
  std::array<char, kChunk> last{};
  const char* chunk = text_.data() + position_;
  if (text_.size() - position_ < kChunk) {
    std::copy(text_.begin() + static_cast<std::ptrdiff_t>(position_), text_.end(), last.begin());
    chunk = last.data();
  }
  ChunkBits bits = Classify(chunk);
  // Where runs begin and end: they take turns.
  std::uint64_t edges = bits.word ^ (bits.word << 1 | (in_run_ ? 1 : 0));
  while (edges != 0) {
    const int edge = std::countr_zero(edges);
    edges &= edges - 1;
    const std::size_t place = position_ + static_cast<std::size_t>(edge);
    if (in_run_) {
      TakeRun(run_begin_, place);
    } else {
      if ((bits.line_end & LowBits(edge)) != 0) NoteLineEnds(bits.line_end, LowBits(edge));
      run_begin_ = place;
    }
    in_run_ = !in_run_;
  }
  line_ended_ = line_ended_ || bits.line_end != 0;
  position_ += kChunk;
}

void TextTokens::NoteLineEnds(std::uint64_t& line_ends, std::uint64_t before) {
  line_ended_ = true;
  line_ends &= ~before;
}

void TextTokens::TakeRun(std::size_t begin, std::size_t end) {
  const std::size_t size = end - begin;
  if (size < 16 && TakeShort(begin, size)) return;
  const std::string_view run = text_.substr(begin, size);
  if (size < 16 || !IsAscii(run)) return TakeForeign(begin, end);
  if (size > kMaxTokenBytes) {
    gap_ = true;
    return;
  }
  std::array<char, kMaxTokenBytes> folded{};
  std::transform(run.begin(), run.end(), folded.begin(), LowerAscii);
  TextToken& token = Append(begin, end);
  token.hash = hasher_.OfToken({folded.data(), size});
  token.has_digit = HasDigit(run);
}

// Most words: at most 15 bytes of ASCII. False for others.
bool TextTokens::TakeShort(std::size_t begin, std::size_t size) {
  const TwoBlocks bytes = Load(text_, begin);
  const std::uint64_t first_kept = LowBytes(size);
  const std::uint64_t second_kept = size > 8 ? LowBytes(size - 8) : 0;
  const std::uint64_t foreign = (bytes.first & first_kept) | (bytes.second & second_kept);
  if ((foreign & kForeign) != 0) return false;
  TextToken& token = Append(begin, begin + size);
  token.has_digit = (((~bytes.first & first_kept) | (~bytes.second & second_kept)) & kLetter) != 0;
  // Without branches, since nothing foretells how long the next word is.
  const bool is_long = size >= 8;
  Waiting& waiting = *waiting_[is_long ? 1 : 0];
  const std::size_t place = waiting.size++;
  const std::uint64_t end = LastSipBlock((is_long ? bytes.second : bytes.first) | kLowerCase, size & 7, size);
  waiting.tokens[place] = static_cast<std::uint32_t>(size_ - 1);
  waiting.first[place] = is_long ? bytes.first | kLowerCase : end;
  waiting.second[place] = end;
  return true;
}

void TextTokens::TakeForeign(std::size_t begin, std::size_t end) {
  TokenScanner scanner(text_.substr(begin, end - begin));
  Token found;
  while (scanner.Next(found)) {
    gap_ = gap_ || found.after_gap;
    TextToken& token = Append(begin + found.begin, begin + found.end);
    token.hash = hasher_.OfToken(found.folded);
    token.has_digit = HasDigit(found.folded);
    token.is_foreign = true;
  }
  gap_ = gap_ || found.after_gap;
}

TextToken& TextTokens::Append(std::size_t begin, std::size_t end) {
  if (line_ended_) ++line_;
  // Only a long row of Han or Kana is more than a batch and a chunk.
  if (size_ == tokens_.size()) tokens_.resize(2 * size_);
  TextToken& token = tokens_[size_++];
  token.is_foreign = false;
  token.begin = begin;
  token.end = end;
  token.line = line_;
  token.after_gap = gap_ || line_ended_ || begin - previous_end_ > kMaxTokenGapBytes;
  line_ended_ = false;
  gap_ = false;
  previous_end_ = end;
  return token;
}

void TextTokens::HashWaiting(Waiting& waiting, bool has_second) {
  const std::size_t lanes = (waiting.size + 3) / 4 * 4;
  const ShortMessages messages{{waiting.first.data(), lanes}, {waiting.second.data(), has_second ? lanes : 0}};
  hasher_.OfTokens(messages, {waiting.hashes.data(), lanes});
  for (std::size_t i = 0; i < waiting.size; ++i) tokens_[waiting.tokens[i]].hash = waiting.hashes[i];
  waiting.size = 0;
}

}  // namespace vigie::customers
