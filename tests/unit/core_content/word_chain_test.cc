#include "core/content/word_chain.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "core/content/detectors/grouped_digits.h"
#include "core/content/validate/ascii.h"

namespace vigie::content {
namespace {

struct PlainWord {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool has_digit = false;
  bool has_lower = false;
  std::string shape;  // a letter is A, a digit 9
};

PlainWord WordAt(std::string_view text, std::size_t begin) {
  PlainWord word;
  word.begin = word.end = begin;
  for (; word.end < text.size() && IsAlphanumeric(text[word.end]); ++word.end) {
    word.has_digit |= IsDigit(text[word.end]);
    word.has_lower |= IsLower(text[word.end]);
    word.shape += IsDigit(text[word.end]) ? '9' : 'A';
  }
  return word;
}

std::size_t PlainBegin(std::string_view text, std::size_t position) {
  auto begin = position;
  while (begin > 0 && position - begin <= WordChain::kLongestShaped && IsAlphanumeric(text[begin - 1])) --begin;
  if (begin < 2 || std::string_view(" -.").find(text[begin - 1]) == std::string_view::npos) return begin;
  auto prefix = begin - 1;
  while (prefix > 0 && IsLetter(text[prefix - 1])) --prefix;
  const bool is_whole = prefix == 0 || !IsAlphanumeric(text[prefix - 1]);
  const auto length = begin - 1 - prefix;
  return is_whole && length >= 1 && length <= 3 ? prefix : begin;
}

// As the header says, byte by byte.
std::vector<PlainWord> PlainChain(std::string_view text, std::size_t position) {
  std::vector<PlainWord> words = {WordAt(text, PlainBegin(text, position))};
  while (words.size() < WordChain::kMostWords) {
    const auto end = words.back().end;
    const auto next = end + SeparatorLength(text, end);
    if (next == end || next >= text.size() || !IsAlphanumeric(text[next])) break;
    auto word = WordAt(text, next);
    if (!word.has_digit && (word.shape.size() > 3 || !words.back().has_digit)) break;
    words.push_back(std::move(word));
  }
  return words;
}

std::string ShapeOf(const Word& word) {
  std::string shape;
  for (std::size_t i = 0; i < word.length(); ++i) shape += (word.letters >> i & 1) != 0 ? 'A' : '9';
  return shape;
}

void ExpectSame(const PlainWord& plain, const Word& word) {
  ASSERT_EQ(plain.begin, word.begin);
  ASSERT_EQ(plain.end, word.end);
  ASSERT_EQ(plain.has_digit, word.has_digit);
  ASSERT_EQ(plain.has_lower, word.has_lower);
  if (word.length() > WordChain::kLongestShaped) return;
  ASSERT_EQ(plain.shape, ShapeOf(word));
}

// In capitals.
std::string CompactOf(std::string_view text, const std::vector<PlainWord>& words) {
  std::string compact;
  for (const auto& word : words) {
    for (const char c : text.substr(word.begin, word.shape.size())) compact += ToUpper(c);
  }
  return compact;
}

std::string RandomText(std::mt19937& random) {
  constexpr std::array<const char*, 20> kPieces = {"1",    "06",       "2026", "12345678", "a", "FR",     "abc",
                                                   "word", " ",        ".",    "-",        "/", "\u00a0", ":",
                                                   ",",    "\xc3\xa9", "Zz",   "\n",       "0", "x9y"};
  std::string text;
  for (auto pieces = random() % 120; pieces > 0; --pieces) {
    const std::string_view piece = kPieces[random() % kPieces.size()];
    for (auto times = random() % 16 == 0 ? random() % 40 : 1; times > 0; --times) text += piece;
  }
  return text;
}

TEST(WordChain, IsThatOfReadingByteByByte) {
  std::mt19937 random(5);
  WordChain chain;
  for (int round = 0; round < 2000; ++round) {
    const auto text = RandomText(random);
    chain.Reset(text);
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (!IsDigit(text[i]) || (i > 0 && IsDigit(text[i - 1]))) continue;
      const auto expected = PlainChain(text, i);
      ASSERT_EQ(chain.Read(i), expected.back().end) << "round " << round << " at " << i;
      const auto words = chain.words();
      ASSERT_EQ(expected.size(), words.size()) << "round " << round << " at " << i;
      bool all_shaped = true;
      for (std::size_t word = 0; word < words.size(); ++word) {
        ExpectSame(expected[word], words[word]);
        all_shaped &= words[word].length() <= WordChain::kLongestShaped;
      }
      if (!all_shaped) continue;
      const std::string_view second = chain.Compact(words.size() / 2, words.size() - 1);
      ASSERT_TRUE(CompactOf(text, expected).ends_with(second));
      ASSERT_EQ(CompactOf(text, expected), chain.Compact(0, words.size() - 1));
    }
  }
}

TEST(ByteMasks, TellWhatEachByteIs) {
  for (int byte = 0; byte < 256; ++byte) {
    std::string block(kMaskedBytes, ',');
    const char c = static_cast<char>(byte);
    block[41] = c;
    const auto masks = MasksOf(block.data());
    const auto bit = std::uint64_t{1} << 41;
    EXPECT_EQ(masks.digits, IsDigit(c) ? bit : 0) << byte;
    EXPECT_EQ(masks.letters, IsLetter(c) ? bit : 0) << byte;
    EXPECT_EQ(masks.lower, IsLower(c) ? bit : 0) << byte;
  }
}

}  // namespace
}  // namespace vigie::content
