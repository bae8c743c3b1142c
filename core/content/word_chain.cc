#include "core/content/word_chain.h"

#include <algorithm>
#include <array>
#include <bit>

#include "core/content/detectors/grouped_digits.h"
#include "core/content/validate/ascii.h"

namespace vigie::content {
namespace {

// AB 12 34 56 C, ATU 12345678: no word of letters alone is longer.
constexpr std::size_t kLongestOfLetters = 3;

enum Kind : std::uint8_t { kOther, kDigit, kUpper, kLower };

constexpr std::array<Kind, 256> Kinds() {
  std::array<Kind, 256> kinds{};
  for (std::size_t i = 0; i < 26; ++i) kinds['A' + i] = kUpper, kinds['a' + i] = kLower;
  for (std::size_t i = 0; i < 10; ++i) kinds['0' + i] = kDigit;
  return kinds;
}
constexpr auto kKinds = Kinds();

Kind KindOf(char c) {
  return kKinds[static_cast<unsigned char>(c)];
}

// As SeparatorLength, which seldom needs to be asked.
[[gnu::always_inline]] inline std::size_t LengthOfSeparator(std::string_view text, std::size_t position) {
  if (position >= text.size()) return 0;
  const char c = text[position];
  if (c == ' ' || c == '.' || c == '-' || c == '/') return 1;
  return static_cast<unsigned char>(c) < 0x80 ? 0 : SeparatorLength(text, position);
}

// The separator of `length` bytes at a place, as shapes write it.
char SeparatorAt(std::string_view text, std::size_t position, std::size_t length) {
  if (length == 1) return text[position];
  const bool is_hyphen = text.substr(position, length) == "\xe2\x80\x91";
  return is_hyphen ? '-' : ' ';
}

bool IsWordByte(char c) {
  return KindOf(c) != kOther;
}

bool AreEqual(const Word& a, const Word& b) {
  return a.is_number() && b.is_number() && a.length() == b.length();
}

}  // namespace

void WordChain::Reset(std::string_view text) {
  text_ = text;
  Look(0);
}

std::size_t WordChain::Read(std::size_t position) {
  count_ = 0;
  compact_count_ = 0;
  LookAround(position);
  auto next = BeginOfPrefix(BeginOfWord(position));
  char separator = 0;
  while (count_ < kMostWords && Append(next, separator)) {
    const auto end = words_[count_ - 1].end;
    const auto length = LengthOfSeparator(text_, end);
    next = end + length;
    if (length == 0 || next >= text_.size() || !IsWordByte(text_[next])) break;
    separator = SeparatorAt(text_, end, length);
  }
  if (count_ > 1) CountEquals();
  CountCharacters();
  return words_[count_ - 1].end;
}

bool WordChain::ReadAlone(std::size_t position, Word& word) {
  LookAround(position);
  const auto seen = static_cast<unsigned>(position - seen_begin_);
  const auto words = seen_.digits | seen_.letters;
  const auto before = seen == 0 ? 0U : static_cast<unsigned>(std::countl_one(words << (kMaskedBytes - seen)));
  const auto length = before + static_cast<unsigned>(std::countr_one(words >> seen));
  const auto skipped = seen - before;
  word.begin = position - before;
  word.end = word.begin + length;
  // Its neighbours must be seen, too, and stand in the text.
  if (skipped == 0 || skipped + length >= kMaskedBytes || word.end >= text_.size() || length > kLongestShaped)
    return false;
  const char behind = text_[word.end];
  if (static_cast<unsigned char>(behind) >= 0x80 || LengthOfSeparator(text_, word.end) != 0) return false;
  if (BeginOfPrefix(word.begin) != word.begin) return false;
  const auto bits = (std::uint64_t{1} << length) - 1;
  word.letters = (seen_.letters >> skipped) & bits;
  word.has_lower = ((seen_.lower >> skipped) & bits) != 0;
  word.has_digit = true;
  word.characters_left = length;
  return true;
}

// What may be one word with text[position], and what stands beside it.
[[gnu::always_inline]] inline void WordChain::LookAround(std::size_t position) {
  constexpr std::size_t kSeenBefore = 16;
  const bool is_seen = position >= seen_begin_ && position < seen_begin_ + kMaskedBytes / 2;
  if (!is_seen) Look(position - std::min(position, kSeenBefore));
}

[[gnu::always_inline]] inline void WordChain::Look(std::size_t begin) {
  seen_begin_ = begin;
  if (text_.size() - begin >= kMaskedBytes) {
    seen_ = MasksOf(text_.data() + begin);
    return;
  }
  std::array<char, kMaskedBytes> last{};
  text_.copy(last.data(), last.size(), begin);
  seen_ = MasksOf(last.data());
}

[[gnu::always_inline]] inline std::size_t WordChain::BeginOfWord(std::size_t position) const {
  const auto seen = position - seen_begin_;
  const auto words = seen_.digits | seen_.letters;
  auto begin = position - (seen == 0 ? 0 : static_cast<unsigned>(std::countl_one(words << (kMaskedBytes - seen))));
  if (begin > seen_begin_) return begin;
  // More of a long word does not matter: it has no shape.
  const auto lowest = position > kLongestShaped ? position - kLongestShaped - 1 : 0;
  while (begin > lowest && IsWordByte(text_[begin - 1])) --begin;
  return begin;
}

// Where a short word of letters begins that one separator joins to the word at `begin`; `begin` if there is none.
[[gnu::always_inline]] inline std::size_t WordChain::BeginOfPrefix(std::size_t begin) const {
  if (begin < 2 || (text_[begin - 1] != ' ' && text_[begin - 1] != '-' && text_[begin - 1] != '.')) return begin;
  auto position = begin - 1;
  if (begin >= seen_begin_ + kLongestOfLetters + 3) {
    const auto before = kMaskedBytes - (position - seen_begin_);
    position -=
        std::min<std::size_t>(static_cast<unsigned>(std::countl_one(seen_.letters << before)), kLongestOfLetters);
  } else {
    while (position > 0 && IsLetter(text_[position - 1]) && begin - position <= kLongestOfLetters) --position;
  }
  const bool is_whole = position == 0 || !IsWordByte(text_[position - 1]);
  return is_whole && position + 1 < begin ? position : begin;
}

[[gnu::always_inline]] inline bool WordChain::Append(std::size_t begin, char separator) {
  Word& word = words_[count_];
  word = {.begin = begin, .end = begin, .separator = separator};
  ReadWord(word);
  if (count_ > 0 && !word.has_digit) {
    if (word.length() > kLongestOfLetters || !words_[count_ - 1].has_digit) return false;
  }
  ++count_;
  return true;
}

[[gnu::always_inline]] inline void WordChain::ReadWord(Word& word) {
  if (word.begin < seen_begin_ || word.begin >= seen_begin_ + kMaskedBytes) Look(word.begin);
  const auto length_seen = [&] {
    return static_cast<unsigned>(std::countr_one((seen_.digits | seen_.letters) >> (word.begin - seen_begin_)));
  };
  auto length = length_seen();
  if (word.begin + length == seen_begin_ + kMaskedBytes && word.begin > seen_begin_) {
    Look(word.begin);
    length = length_seen();
  }
  const auto skipped = word.begin - seen_begin_;
  const auto bits = length < kMaskedBytes ? (std::uint64_t{1} << length) - 1 : ~std::uint64_t{0};
  const auto letters = (seen_.letters >> skipped) & bits;
  constexpr auto kShaped = (std::uint64_t{1} << kLongestShaped) - 1;
  word.end += length;
  word.letters = (letters & kShaped) | std::uint64_t{(letters & ~kShaped) != 0} << kLongestShaped;
  word.has_digit = ((seen_.digits >> skipped) & bits) != 0;
  word.has_lower = ((seen_.lower >> skipped) & bits) != 0;
  if (length == kMaskedBytes) ReadRest(word);
}

void WordChain::ReadRest(Word& word) const {
  for (Kind kind = kOther; word.end < text_.size() && (kind = KindOf(text_[word.end])) != kOther; ++word.end) {
    word.has_digit |= kind == kDigit;
    word.has_lower |= kind == kLower;
    word.letters |= std::uint64_t{kind != kDigit} << kLongestShaped;
  }
}

std::string_view WordChain::Compact(std::size_t first, std::size_t last) {
  for (; compact_count_ <= last; ++compact_count_) {
    const auto& word = words_[compact_count_];
    auto end = compact_ends_[compact_count_];
    for (const char c : text_.substr(word.begin, std::min(word.length(), kLongestShaped))) compact_[end++] = ToUpper(c);
    compact_ends_[compact_count_ + 1] = end;
  }
  return {compact_.data() + compact_ends_[first], compact_ends_[last + 1] - compact_ends_[first]};
}

void WordChain::CountEquals() {
  for (std::size_t i = 1; i < count_; ++i) {
    const auto& before = words_[i - 1];
    if (!AreEqual(before, words_[i])) continue;
    const bool goes_on = before.equals_before > 0 && before.separator == words_[i].separator;
    words_[i].equals_before = static_cast<std::uint16_t>(goes_on ? before.equals_before + 1 : 1);
  }
  for (std::size_t i = count_; i-- > 1;) {
    const auto& after = words_[i];
    if (!AreEqual(words_[i - 1], after)) continue;
    const bool goes_on = after.equals_after > 0 && words_[i + 1].separator == after.separator;
    words_[i - 1].equals_after = static_cast<std::uint16_t>(goes_on ? after.equals_after + 1 : 1);
  }
}

void WordChain::CountCharacters() {
  std::size_t characters = 0;
  for (std::size_t i = count_; i-- > 0;) {
    characters += words_[i].length();
    words_[i].characters_left = characters;
  }
}

}  // namespace vigie::content
