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
    next_run_ = 0;
    for (std::size_t i = TakePlainFrom(0); i < chosen_count_; i = TakePlainFrom(i + 1)) TakeOther(chosen_[i]);
    last_.gap = last_.gap || next_run_ != runs_.size();
  }
  return {tokens_.data(), size_};
}

void TextTokens::LoadRuns() {
  const std::string_view window = text_.substr(runs_.base());
  std::size_t whole = runs_.size();  // runs with sixteen bytes from their begin on
  while (whole > 0 && window.size() - runs_.BeginOf(whole - 1) < sizeof(TwoBlocks)) --whole;
  for (std::size_t run = 0; run < runs_.size(); ++run) {
    const std::uint32_t begin = runs_.BeginOf(run);
    TwoBlocks bytes;
    if (run < whole) [[likely]] {
      std::memcpy(&bytes, window.data() + begin, sizeof(bytes));
    } else {
      window.copy(reinterpret_cast<char*>(&bytes), sizeof(bytes), begin);
    }
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

[[gnu::always_inline]] inline void TextTokens::Write(TextToken& token, const Place& place, Last& last) {
  token.is_foreign = false;
  token.begin = place.begin;
  token.end = place.end;
  token.line = place.line;
  token.after_gap = last.gap || place.line != last.line || place.begin - last.end > kMaxTokenGapBytes;
  last = {place.end, place.line, false};
}

// Most of those that were chosen: short words of ASCII. Gives where it stops, at another one. What it writes down again
// and again is kept where no token can be part of it.
std::size_t TextTokens::TakePlainFrom(std::size_t i) {
  if (tokens_.size() - size_ < chosen_count_ - i) tokens_.resize(tokens_.size() + chosen_count_);
  const std::size_t base = runs_.base();
  TextToken* token = tokens_.data() + size_;
  Last last = last_;
  std::size_t next_run = next_run_;
  for (; i < chosen_count_; ++i) {
    const std::size_t run = chosen_[i];
    if (sizes_[run] == kShortWord || IsForeign(marks_[run])) break;
    const std::uint32_t begin = runs_.BeginOf(run);
    last.gap = last.gap || run != next_run;
    next_run = run + 1;
    Write(*token, {base + begin, base + runs_.EndOf(run), runs_.LineOf(begin)}, last);
    token->hash = hashes_[run];
    token->is_known = known_[run] != 0;
    token->has_digit = HasDigit(marks_[run]);
    ++token;
  }
  size_ = static_cast<std::size_t>(token - tokens_.data());
  last_ = last;
  next_run_ = next_run;
  return i;
}

void TextTokens::TakeOther(std::size_t run) {
  token_line_ = runs_.LineOf(runs_.BeginOf(run));
  last_.gap = last_.gap || run != next_run_;
  next_run_ = run + 1;
  if (sizes_[run] == kShortWord) return TakeLong(run);
  TakeShortForeign(run);
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
      last_.gap = true;
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
  const bool is_whole = !last_.gap && token.begin == begin && token.end == begin + size;
  if (is_whole) folded = {written, token.hash, token.has_digit};
}

void TextTokens::TakeLong(std::size_t run) {
  const std::string_view word = WordOf(run);
  if (!IsAscii(word)) return TakeForeign(run);
  if (word.size() > kMaxTokenBytes) {
    last_.gap = true;
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
    last_.gap = last_.gap || found.after_gap;
    TextToken& token = Append(begin + found.begin, begin + found.end);
    token.hash = hasher_.OfToken(found.folded);
    token.is_known = IsKnown(token.hash);
    token.has_digit = HasAnyDigit(found.folded);
    token.is_foreign = true;
  }
  last_.gap = last_.gap || found.after_gap;
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
  Write(token, {begin, end, token_line_}, last_);
  return token;
}

}  // namespace vigie::customers
