#include "core/customers/text_tokens.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace vigie::customers {
namespace {

struct TwoBlocks {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
};

// Sixteen bytes, as far as the text goes.
[[gnu::always_inline]] inline TwoBlocks Load(std::string_view text, std::size_t begin) {
  TwoBlocks blocks;
  if (text.size() - begin >= sizeof(blocks)) [[likely]] {
    std::memcpy(&blocks, text.data() + begin, sizeof(blocks));
    return blocks;
  }
  std::array<char, sizeof(blocks)> bytes{};
  text.copy(bytes.data(), bytes.size(), begin);
  std::memcpy(&blocks, bytes.data(), sizeof(blocks));
  return blocks;
}

constexpr std::uint64_t LowBytes(std::size_t count) {
  return count >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * count)) - 1;
}

bool IsAscii(std::string_view run) {
  return std::all_of(run.begin(), run.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool HasAnyDigit(std::string_view folded) {
  return std::any_of(folded.begin(), folded.end(), IsDigit);
}

}  // namespace

TextTokens::TextTokens(std::string_view text, const CellHasher& hasher, const WantedTokens& wanted,
                       Instructions instructions)
    : text_(text),
      hasher_(hasher),
      wanted_(wanted),
      instructions_(instructions),
      runs_(text, instructions),
      tokens_(TextRuns::kMost) {
}

std::span<const TextToken> TextTokens::Next() {
  size_ = 0;
  // A window may consist of runs that are no tokens.
  while (size_ == 0 && runs_.Next()) {
    LoadRuns();
    const std::size_t count = (runs_.size() + kWordLanes - 1) / kWordLanes * kWordLanes;
    hasher_.OfWords({{first_.data(), count}, {second_.data(), count}, {sizes_.data(), count}},
                    {{hashes_.data(), count}, {marks_.data(), count}}, instructions_);
    ChooseRuns();
    std::size_t next = 0;
    for (std::size_t i = 0; i < chosen_count_; ++i) {
      const std::size_t run = chosen_[i];
      gap_ = gap_ || run != next;
      next = run + 1;
      TakeRun(run);
    }
    gap_ = gap_ || next != runs_.size();
  }
  return {tokens_.data(), size_};
}

void TextTokens::LoadRuns() {
  const std::size_t base = runs_.base();
  for (std::size_t run = 0; run < runs_.size(); ++run) {
    const std::uint32_t begin = runs_.BeginOf(run);
    const TwoBlocks bytes = Load(text_, base + begin);
    first_[run] = bytes.first;
    second_[run] = bytes.second;
    sizes_[run] = std::min<std::uint64_t>(runs_.EndOf(run) - begin, kShortWord);
  }
}

// Without a branch: which words matter cannot be foretold.
void TextTokens::ChooseRuns() {
  std::fill_n(known_.begin(), runs_.size(), std::uint8_t{0});
  for (const TokenFilter& filter : wanted_.known_to) {
    filter.AddAll({hashes_.data(), runs_.size()}, {known_.data(), runs_.size()}, instructions_);
  }
  std::size_t count = 0;
  for (std::size_t run = 0; run < runs_.size(); ++run) {
    chosen_[count] = static_cast<std::uint16_t>(run);
    const std::uint64_t reasons = marks_[run] | (sizes_[run] & kShortWord) | known_[run] | (wanted_.strangers ? 1 : 0);
    count += reasons != 0 ? 1 : 0;
  }
  chosen_count_ = count;
}

[[gnu::always_inline]] inline void TextTokens::TakeRun(std::size_t run) {
  const std::uint32_t begin = runs_.BeginOf(run);
  token_line_ = runs_.LineOf(begin);
  if (sizes_[run] == kShortWord) return TakeLong(run);
  if (IsForeign(marks_[run])) return TakeShortForeign(run);
  TextToken& token = Append(runs_.base() + begin, runs_.base() + runs_.EndOf(run));
  token.hash = hashes_[run];
  token.is_known = known_[run] != 0;
  token.has_digit = HasDigit(marks_[run]);
}

void TextTokens::TakeShortForeign(std::size_t run) {
  const std::size_t size = sizes_[run];
  const std::uint64_t kept = size > 8 ? LowBytes(size - 8) : 0;
  const ShortWord written{first_[run] & LowBytes(size), (second_[run] & kept) | std::uint64_t{size} << 56};
  FoldedWord& folded = FoldedSlotOf(written);
  const std::size_t begin = runs_.base() + runs_.BeginOf(run);
  if (folded.written == written) {
    const bool is_known = IsKnown(folded.hash);
    if (!wanted_.strangers && !is_known && !folded.has_digit) {
      gap_ = true;
      return;
    }
    TextToken& token = Append(begin, begin + size);
    token.hash = folded.hash;
    token.is_known = is_known;
    token.has_digit = folded.has_digit;
    token.is_foreign = true;
    return;
  }
  const std::size_t before = size_;
  TakeForeign(run);
  if (size_ != before + 1) return;
  const TextToken& token = tokens_[before];
  const bool is_whole = !gap_ && token.begin == begin && token.end == begin + size;
  if (is_whole) folded = {written, token.hash, token.has_digit};
}

void TextTokens::TakeLong(std::size_t run) {
  const std::string_view word = WordOf(run);
  if (!IsAscii(word)) return TakeForeign(run);
  if (word.size() > kMaxTokenBytes) {
    gap_ = true;
    return;
  }
  std::array<char, kMaxTokenBytes> folded{};
  std::transform(word.begin(), word.end(), folded.begin(), LowerAscii);
  const std::size_t begin = runs_.base() + runs_.BeginOf(run);
  TextToken& token = Append(begin, begin + word.size());
  token.hash = hasher_.OfToken({folded.data(), word.size()});
  token.is_known = IsKnown(token.hash);
  token.has_digit = HasAnyDigit(word);
}

void TextTokens::TakeForeign(std::size_t run) {
  const std::size_t begin = runs_.base() + runs_.BeginOf(run);
  TokenScanner scanner(WordOf(run));
  Token found;
  while (scanner.Next(found)) {
    gap_ = gap_ || found.after_gap;
    TextToken& token = Append(begin + found.begin, begin + found.end);
    token.hash = hasher_.OfToken(found.folded);
    token.is_known = IsKnown(token.hash);
    token.has_digit = HasAnyDigit(found.folded);
    token.is_foreign = true;
  }
  gap_ = gap_ || found.after_gap;
}

std::string_view TextTokens::WordOf(std::size_t run) const {
  return text_.substr(runs_.base() + runs_.BeginOf(run), runs_.EndOf(run) - runs_.BeginOf(run));
}

bool TextTokens::IsKnown(std::uint64_t hash) const {
  return std::ranges::any_of(wanted_.known_to, [&](const TokenFilter& filter) { return filter.MayHave(hash); });
}

[[gnu::always_inline]] inline TextToken& TextTokens::Append(std::size_t begin, std::size_t end) {
  // Only a long row of Han or Kana is more than a window's runs.
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

}  // namespace vigie::customers
