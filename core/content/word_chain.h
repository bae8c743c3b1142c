#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/content/byte_masks.h"

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

  // Before all else. The text must stay until the next one.
  void Reset(std::string_view text);
  // Reads the chain around the digit at text[position]: from the word that holds it, or a short word of letters before,
  // on. Returns where it ends.
  std::size_t Read(std::size_t position);
  // Reads the word around the digit at text[position] into `word` if nothing can join it to another one: then it is all
  // of the chain. False, and `word` means nothing, if there may be more to it; Read knows.
  bool ReadAlone(std::size_t position, Word& word);

  std::span<const Word> words() const { return {words_.data(), count_}; }
  // The words from the first-th to the last-th, none longer than kLongestShaped, in capitals and without separators.
  std::string_view Compact(std::size_t first, std::size_t last);

 private:
  void Look(std::size_t begin);
  void LookAround(std::size_t position);
  std::size_t BeginOfWord(std::size_t position) const;
  std::size_t BeginOfPrefix(std::size_t begin) const;
  bool Append(std::size_t begin, char separator);  // false = this word cannot follow
  void ReadWord(Word& word);
  void ReadRest(Word& word) const;
  void CountEquals();
  void CountCharacters();

  std::string_view text_;
  // What is known of text[seen_begin_, seen_begin_ + kMaskedBytes).
  ByteMasks seen_;
  std::size_t seen_begin_ = 0;
  std::array<Word, kMostWords> words_;
  std::size_t count_ = 0;
  // Written when asked for: few words are of a shape. Where each word ends there, of those that were.
  std::array<char, kMostWords * kLongestShaped> compact_{};
  std::array<std::size_t, kMostWords + 1> compact_ends_{};
  std::size_t compact_count_ = 0;
};

}  // namespace vigie::content
