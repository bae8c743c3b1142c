#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace vigie::content {

// Letters and digits without anything between them: text[begin, end).
struct Word {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::uint64_t letters = 0;  // bit i: the i-th character is a letter; of the first kLongestShaped
  char separator = 0;         // between it and the word before in the chain: space, point, hyphen or slash; 0 = none
  bool has_digit = false;
  bool has_lower = false;
  // Digits only, and so many words directly before (after) it are as well, of the same length and with the same
  // separator between all of them.
  std::uint16_t equals_before = 0;
  std::uint16_t equals_after = 0;
  std::size_t characters_left = 0;  // of this word and all behind it in the chain
  std::size_t compact_begin = 0;    // its place in the compact form

  std::size_t length() const { return end - begin; }
  bool is_number() const { return has_digit && letters == 0; }
};

// Words with single separators between them, at least every other one with a digit: everything that may be parts of one
// number. Reading it is the only look at these bytes, however many classes of numbers there are.
class WordChain {
 public:
  // Longer words are no identifiers of a shape; they are in the chain, but their letters are not told apart.
  static constexpr std::size_t kLongestShaped = 40;
  static constexpr std::size_t kMostWords = 256;

  // Reads the chain around the digit at text[position]: from the word that holds it, or a short word of letters before,
  // on. Returns where it ends.
  std::size_t Read(std::string_view text, std::size_t position);

  std::span<const Word> words() const { return {words_.data(), count_}; }
  // The words from `first` to `last`, none longer than kLongestShaped, in capitals and without separators.
  std::string_view Compact(const Word& first, const Word& last) const {
    const auto end = last.compact_begin + last.length();
    return {compact_.data() + first.compact_begin, end - first.compact_begin};
  }

 private:
  bool Append(std::string_view text, std::size_t begin, char separator);  // false = this word cannot follow
  void CountEquals();
  void CountCharacters();
  std::array<Word, kMostWords> words_;
  std::size_t count_ = 0;
  std::array<char, kMostWords * kLongestShaped> compact_{};
  std::size_t compact_size_ = 0;
};

}  // namespace vigie::content
