#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "core/customers/text_fold.h"

namespace vigie::customers {

// Longer runs of letters and digits are no words (encoded data): they are no tokens.
inline constexpr std::size_t kMaxTokenBytes = 64;
// Quotes, separators and indentation between two cells fit in; two words further apart do not make one name.
inline constexpr std::size_t kMaxTokenGapBytes = 24;

struct Token {
  std::string_view folded;  // valid until the next call of Next
  std::size_t begin = 0;    // in the text
  std::size_t end = 0;
  bool after_line_break = false;  // a line ended between the previous token and this one
  bool after_gap = false;  // something that is no token was left out before it, or much space: no neighbour of the last
};

// Cuts text into folded tokens, in one pass. Builder and matcher use the same cuts, so what one stores the other finds.
class TokenScanner {
 public:
  explicit TokenScanner(std::string_view text) : text_(text) {}
  bool Next(Token& token);

 private:
  void SkipSeparators(Token& token);
  bool ReadToken(Token& token);
  bool TakeForeign(std::size_t& size);

  std::string_view text_;
  std::size_t position_ = 0;
  std::size_t previous_end_ = 0;
  std::array<char, kMaxTokenBytes> folded_{};
};

}  // namespace vigie::customers
