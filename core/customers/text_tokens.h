#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/customers/cell_hash.h"
#include "core/customers/token_scanner.h"

namespace vigie::customers {

struct TextToken {
  std::size_t begin = 0;  // in the text
  std::size_t end = 0;
  std::uint64_t hash = 0;   // CellHasher::OfToken
  std::uint32_t line = 0;   // grows with every token that follows the end of a line
  bool after_gap = false;   // no neighbour of the last token; TokenScanner says when
  bool has_digit = false;   // 0 to 9 when folded
  bool is_foreign = false;  // part of a run that is not all ASCII: folding may change more than its case
};

// The tokens that TokenScanner finds, hashed, a batch at a time. ASCII is classified sixteen bytes at once, never
// copied, and hashed four words at once; what else there is goes through TokenScanner. Not thread-safe.
class TextTokens {
 public:
  TextTokens(std::string_view text, const CellHasher& hasher);

  TextTokens(const TextTokens&) = delete;
  TextTokens& operator=(const TextTokens&) = delete;

  // The next ones, in the order of the text; none at its end. Valid until the next call.
  std::span<const TextToken> Next();

 private:
  // Words of one number of SipHash blocks that wait to be hashed together.
  struct Waiting {
    std::vector<std::uint64_t> first, second, hashes;
    std::vector<std::uint32_t> tokens;
    std::size_t size = 0;
  };

  void TakeChunk();
  void NoteLineEnds(std::uint64_t& line_ends, std::uint64_t before);
  void TakeRun(std::size_t begin, std::size_t end);
  bool TakeShort(std::size_t begin, std::size_t size);
  void TakeForeign(std::size_t begin, std::size_t end);
  TextToken& Append(std::size_t begin, std::size_t end);
  void HashWaiting(Waiting& waiting, bool has_second);

  std::string_view text_;
  const CellHasher& hasher_;
  std::size_t position_ = 0;   // of the next chunk
  std::size_t run_begin_ = 0;  // of letters and digits that go on in the next chunk
  bool in_run_ = false;
  std::size_t previous_end_ = 0;
  std::uint32_t line_ = 0;
  bool line_ended_ = false;
  bool gap_ = false;
  std::vector<TextToken> tokens_;
  std::size_t size_ = 0;  // of them in this batch
  Waiting one_block_;
  Waiting two_blocks_;
  std::array<Waiting*, 2> waiting_{&one_block_, &two_blocks_};
};

}  // namespace vigie::customers
