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
  for (std::size_t i = 0; i < 64; ++i) {
    const char c = chunk[i];
    const bool word = IsAsciiLetter(c) || IsDigit(c) || static_cast<unsigned char>(c) >= 0x80;
    bits.word |= std::uint64_t{word} << i;
    bits.line_end |= std::uint64_t{c == '\n' || c == '\r'} << i;
  }
  return bits;
}

#endif

constexpr std::uint64_t LowBytes(std::size_t count) {
  return count >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * count)) - 1;
}

// What belongs to a word of so many bytes.
struct KeptBytes {
  std::uint64_t first = 0;   // of its first eight bytes
  std::uint64_t second = 0;  // of the next eight
  std::uint64_t last = 0;    // of the block with which SipHash ends
};
constexpr std::size_t kShortWord = 16;  // shorter than that

constexpr std::array<KeptBytes, kShortWord> MakeKeptBytes() {
  std::array<KeptBytes, kShortWord> kept{};
  for (std::size_t size = 0; size < kept.size(); ++size) {
    kept[size] = {LowBytes(size), size > 8 ? LowBytes(size - 8) : 0, LowBytes(size & 7)};
  }
  return kept;
}
constexpr auto kKeptBytes = MakeKeptBytes();

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

// A word of at most 15 bytes, as SipHash takes it in.
struct Word {
  std::uint64_t first = 0;  // zero below eight bytes
  std::uint64_t last = 0;
  bool has_digit = false;
  bool is_foreign = false;  // not all ASCII: SipHash takes in something else
};

[[gnu::always_inline]] inline Word ReadWord(std::string_view text, std::size_t begin, std::size_t size) {
  const TwoBlocks bytes = Load(text, begin);
  const KeptBytes kept = kKeptBytes[size];
  const bool is_long = size >= 8;
  Word word;
  word.is_foreign = (((bytes.first & kept.first) | (bytes.second & kept.second)) & kForeign) != 0;
  word.has_digit = (((~bytes.first & kept.first) | (~bytes.second & kept.second)) & kLetter) != 0;
  word.first = is_long ? bytes.first | kLowerCase : 0;
  const std::uint64_t last = is_long ? bytes.second : bytes.first;
  word.last = ((last | kLowerCase) & kept.last) | std::uint64_t{size} << 56;
  return word;
}

// Unlike those of any word of ASCII.
Word ReadForeignWord(std::string_view text, std::size_t begin, std::size_t size) {
  const TwoBlocks bytes = Load(text, begin);
  const std::uint64_t second_kept = size > 8 ? LowBytes(size - 8) : 0;
  return {.first = bytes.first & LowBytes(size), .last = (bytes.second & second_kept) | (0x80 | size) << 56};
}

bool IsAscii(std::string_view run) {
  return std::all_of(run.begin(), run.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool HasDigit(std::string_view folded) {
  return std::any_of(folded.begin(), folded.end(), IsDigit);
}

}  // namespace

TextTokens::TextTokens(std::string_view text, const CellHasher& hasher)
    : text_(text), hasher_(hasher), tokens_(kMostRuns) {
}

void TextTokens::FindRuns() {
  while (edge_count_ < 2 * kBatch && position_ < text_.size()) TakeChunk();
  if (position_ < text_.size() || !in_run_) return;
  edges_[edge_count_++] = text_.size();
  in_run_ = false;
}

void TextTokens::TakeChunk() {
  std::array<char, kChunk> last{};
  const char* chunk = text_.data() + position_;
  if (text_.size() - position_ < kChunk) {
    std::copy(text_.begin() + static_cast<std::ptrdiff_t>(position_), text_.end(), last.begin());
    chunk = last.data();
  }
  const ChunkBits bits = Classify(chunk);
  std::size_t count = edge_count_;
  for (auto edges = bits.word ^ (bits.word << 1 | (in_run_ ? 1 : 0)); edges != 0; edges &= edges - 1) {
    const auto edge = static_cast<std::size_t>(std::countr_zero(edges));
    edges_[count] = position_ + edge;
    lines_[count++] = LineAt(bits.line_end & ((std::uint64_t{1} << edge) - 1));
  }
  edge_count_ = count;
  in_run_ = bits.word >> (kChunk - 1) != 0;
  line_ = LineAt(bits.line_end);
  position_ += kChunk;
}

// Behind the last of these line ends of the chunk.
[[gnu::always_inline]] inline std::uint32_t TextTokens::LineAt(std::uint64_t line_ends) const {
  if (line_ends == 0) return line_;
  return static_cast<std::uint32_t>(position_ + kChunk - static_cast<std::size_t>(std::countl_zero(line_ends)));
}

[[gnu::always_inline]] inline void TextTokens::TakeRun(std::size_t edge) {
  const std::size_t begin = edges_[edge];
  const std::size_t size = edges_[edge + 1] - begin;
  token_line_ = lines_[edge];
  if (size < kShortWord) {
    if (!TakeShort(edge)) TakeShortForeign(edge);
    return;
  }
  const std::string_view run = text_.substr(begin, size);
  if (!IsAscii(run)) return TakeForeign(edge);
  if (size > kMaxTokenBytes) {
    gap_ = true;
    return;
  }
  std::array<char, kMaxTokenBytes> folded{};
  std::transform(run.begin(), run.end(), folded.begin(), LowerAscii);
  TextToken& token = Append(begin, begin + size);
  token.hash = hasher_.OfToken({folded.data(), size});
  token.has_digit = HasDigit(run);
}

// Most words: at most 15 bytes of ASCII. False for others.
[[gnu::always_inline]] inline bool TextTokens::TakeShort(std::size_t edge) {
  const std::size_t begin = edges_[edge];
  const std::size_t size = edges_[edge + 1] - begin;
  const Word word = ReadWord(text_, begin, size);
  if (word.is_foreign) return false;
  if (word.has_digit || !IsStranger({word.first, word.last})) {
    places_[short_count_] = static_cast<std::uint32_t>(size_);
    first_[short_count_] = word.first;
    last_[short_count_++] = word.last;
    Append(begin, begin + size).has_digit = word.has_digit;
  } else {
    gap_ = true;
  }
  return true;
}

void TextTokens::TakeShortForeign(std::size_t edge) {
  const Word word = ReadForeignWord(text_, edges_[edge], edges_[edge + 1] - edges_[edge]);
  const ShortWord raw{word.first, word.last};
  if (IsStranger(raw)) {
    gap_ = true;
    return;
  }
  const std::size_t begin = edges_[edge];
  const std::size_t end = edges_[edge + 1];
  const std::size_t before = size_;
  FoldedWord& folded = FoldedSlotOf(raw);
  if (folded.raw == raw) {
    TextToken& token = Append(begin, end);
    token.hash = folded.hash;
    token.has_digit = folded.has_digit;
    token.is_foreign = true;
  } else {
    TakeForeign(edge);
    if (size_ != before + 1) return;
    const TextToken& token = tokens_[before];
    const bool is_whole = !gap_ && token.begin == begin && token.end == end;
    if (is_whole) folded = {raw, token.hash, token.has_digit};
  }
  foreign_.push_back({raw, static_cast<std::uint32_t>(before)});
}

void TextTokens::TakeForeign(std::size_t edge) {
  const std::size_t begin = edges_[edge];
  TokenScanner scanner(text_.substr(begin, edges_[edge + 1] - begin));
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

[[gnu::always_inline]] inline TextToken& TextTokens::Append(std::size_t begin, std::size_t end) {
  // Only a long row of Han or Kana is more than a batch and a chunk.
  if (size_ == tokens_.size()) tokens_.resize(2 * size_);
  TextToken& token = tokens_[size_++];
  token.is_foreign = false;
  token.begin = begin;
  token.end = end;
  token.line = token_line_;
  token.after_gap = gap_ || token_line_ != previous_line_ || begin - previous_end_ > kMaxTokenGapBytes;
  gap_ = false;
  previous_end_ = end;
  previous_line_ = token_line_;
  return token;
}

std::span<const TextToken> TextTokens::Next() {
  size_ = 0;
  // A batch may consist of runs that are no tokens.
  while (size_ == 0 && (position_ < text_.size() || edge_count_ > 0)) {
    FindRuns();
    short_count_ = 0;
    foreign_.clear();
    for (std::size_t edge = 0; edge + 1 < edge_count_; edge += 2) TakeRun(edge);
    HashShort();
    // What has no end yet.
    if (edge_count_ % 2 != 0) {
      edges_[0] = edges_[edge_count_ - 1];
      lines_[0] = lines_[edge_count_ - 1];
    }
    edge_count_ %= 2;
  }
  return {tokens_.data(), size_};
}

void TextTokens::NoteStrangers(std::span<const std::uint8_t> is_of_interest) {
  for (std::size_t i = 0; i < short_count_; ++i) {
    const std::uint32_t place = places_[i];
    if (is_of_interest[place] != 0 || tokens_[place].has_digit) continue;
    const ShortWord stranger{first_[i], last_[i]};
    strangers_[SlotOf(stranger)] = stranger;
  }
  for (const ForeignWord& word : foreign_) {
    if (is_of_interest[word.place] == 0 && !tokens_[word.place].has_digit) strangers_[SlotOf(word.raw)] = word.raw;
  }
}

void TextTokens::HashShort() {
  const std::size_t lanes = (short_count_ + 3) / 4 * 4;
  hasher_.OfTokens({{first_.data(), lanes}, {last_.data(), lanes}}, {hashes_.data(), lanes});
  for (std::size_t i = 0; i < short_count_; ++i) tokens_[places_[i]].hash = hashes_[i];
}

}  // namespace vigie::customers
