#include "core/content/word_chain.h"

#include <array>

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

// The separator of `length` bytes at a place, as shapes write it.
char SeparatorAt(std::string_view text, std::size_t position, std::size_t length) {
  if (length == 1) return text[position];
  const bool is_hyphen = text.substr(position, length) == "\xe2\x80\x91";
  return is_hyphen ? '-' : ' ';
}

std::size_t BeginOfWord(std::string_view text, std::size_t position) {
  // More of a long word does not matter: it has no shape.
  const auto lowest = position > WordChain::kLongestShaped ? position - WordChain::kLongestShaped - 1 : 0;
  while (position > lowest && KindOf(text[position - 1]) != kOther) --position;
  return position;
}

// Where a short word of letters begins that one separator joins to the word at `begin`; `begin` if there is none.
std::size_t BeginOfPrefix(std::string_view text, std::size_t begin) {
  if (begin < 2 || (text[begin - 1] != ' ' && text[begin - 1] != '-' && text[begin - 1] != '.')) return begin;
  auto position = begin - 1;
  while (position > 0 && IsLetter(text[position - 1]) && begin - position <= kLongestOfLetters) --position;
  const auto length = begin - 1 - position;
  const bool is_whole = position == 0 || KindOf(text[position - 1]) == kOther;
  return is_whole && length > 0 && length <= kLongestOfLetters ? position : begin;
}

bool AreEqual(const Word& a, const Word& b) {
  return a.is_number() && b.is_number() && a.length() == b.length();
}

}  // namespace

std::size_t WordChain::Read(std::string_view text, std::size_t position) {
  count_ = 0;
  compact_size_ = 0;
  const auto begin = BeginOfWord(text, position);
  auto next = BeginOfPrefix(text, begin);
  char separator = 0;
  while (count_ < kMostWords && Append(text, next, separator)) {
    const auto end = words_[count_ - 1].end;
    const auto length = SeparatorLength(text, end);
    next = end + length;
    if (length == 0 || next >= text.size() || KindOf(text[next]) == kOther) break;
    separator = SeparatorAt(text, end, length);
  }
  const auto end = words_[count_ - 1].end;
  CountEquals();
  CountCharacters();
  return end;
}

bool WordChain::Append(std::string_view text, std::size_t begin, char separator) {
  Word word{.begin = begin, .end = begin, .separator = separator};
  while (word.end < text.size() && IsDigit(text[word.end])) ++word.end;  // mostly that is all
  unsigned kinds = word.end > begin ? 1U << kDigit : 0;
  for (Kind kind = kOther; word.end < text.size() && (kind = KindOf(text[word.end])) != kOther; ++word.end) {
    kinds |= 1U << kind;
    word.letters |= std::uint64_t{kind != kDigit} << std::min(word.end - begin, kLongestShaped);
  }
  word.has_digit = (kinds >> kDigit & 1) != 0;
  word.has_lower = (kinds >> kLower & 1) != 0;
  if (count_ > 0 && !word.has_digit) {
    if (word.length() > kLongestOfLetters || !words_[count_ - 1].has_digit) return false;
  }
  word.compact_begin = compact_size_;
  for (const char c : text.substr(begin, std::min(word.length(), kLongestShaped)))
    compact_[compact_size_++] = ToUpper(c);
  words_[count_++] = word;
  return true;
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
