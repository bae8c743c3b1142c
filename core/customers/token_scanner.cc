#include "core/customers/token_scanner.h"

#include <algorithm>
#include <cstdint>

namespace vigie::customers {
namespace {

using Kind = FoldedCharacter::Kind;

// 0 = ends a token; 0x80 = look closer; else the folded letter or digit.
constexpr std::array<std::uint8_t, 256> MakeAsciiTable() {
  std::array<std::uint8_t, 256> table{};
  for (std::size_t c = 0; c < table.size(); ++c) {
    const char character = static_cast<char>(c);
    if (c >= 0x80) {
      table[c] = 0x80;
    } else if (IsDigit(character) || IsAsciiLetter(character)) {
      table[c] = static_cast<std::uint8_t>(LowerAscii(character));
    }
  }
  return table;
}
constexpr std::array<std::uint8_t, 256> kAsciiTable = MakeAsciiTable();

std::uint8_t ClassOf(char c) {
  return kAsciiTable[static_cast<unsigned char>(c)];
}

}  // namespace

bool TokenScanner::Next(Token& token) {
  token.after_line_break = false;
  token.after_gap = false;
  while (true) {
    SkipSeparators(token);
    if (position_ >= text_.size()) return false;
    if (ReadToken(token)) break;
    token.after_gap = true;
  }
  token.after_gap = token.after_gap || token.begin - previous_end_ > kMaxTokenGapBytes;
  previous_end_ = token.end;
  return true;
}

void TokenScanner::SkipSeparators(Token& token) {
  while (position_ < text_.size()) {
    const std::uint8_t ascii = ClassOf(text_[position_]);
    if (ascii == 0) {
      token.after_line_break = token.after_line_break || text_[position_] == '\n' || text_[position_] == '\r';
      ++position_;
      continue;
    }
    if (ascii != 0x80) return;
    const FoldedCharacter character = FoldAt(text_, position_);
    if (character.kind == Kind::kToken || character.kind == Kind::kAloneToken) return;
    position_ += character.length;
  }
}

// False for a run that is too long for a token; it is skipped.
bool TokenScanner::ReadToken(Token& token) {
  token.begin = position_;
  std::size_t size = 0;
  while (position_ < text_.size()) {
    const std::uint8_t ascii = ClassOf(text_[position_]);
    if (ascii == 0) break;
    if (ascii == 0x80) {
      if (!TakeForeign(size)) break;
      continue;
    }
    if (size < folded_.size()) folded_[size] = static_cast<char>(ascii);
    ++size;
    ++position_;
  }
  token.end = position_;
  token.folded = {folded_.data(), std::min(size, folded_.size())};
  return size > 0 && size <= folded_.size();
}

// A character beyond ASCII; false if the token ends before or with it. `size` counts on when there is no more room.
bool TokenScanner::TakeForeign(std::size_t& size) {
  const FoldedCharacter character = FoldAt(text_, position_);
  if (character.kind == Kind::kSeparator) return false;
  const bool alone = character.kind == Kind::kAloneToken;
  if (alone && size > 0) return false;
  position_ += character.length;
  if (character.kind == Kind::kIgnored) return true;
  if (size + character.size <= folded_.size()) {
    std::copy_n(character.bytes.begin(), character.size, folded_.begin() + static_cast<std::ptrdiff_t>(size));
    size += character.size;
  } else {
    size = folded_.size() + 1;
  }
  return !alone;
}

}  // namespace vigie::customers
