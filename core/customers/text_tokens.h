#pragma once

#include <array>
#include <bit>
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
  std::uint32_t line = 0;   // where its line begins, modulo 2^32
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
  // Which of the last batch are of interest (by place). The other words will mostly be left out, as gaps; numbers and
  // long words never are. Few words make up most of a text, so it is enough to remember some hundred strangers, and
  // they stay in the first-level cache.
  void NoteStrangers(std::span<const std::uint8_t> is_of_interest);

 private:
  // As SipHash takes it in; first is zero below eight bytes.
  struct ShortWord {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    bool operator==(const ShortWord&) const = default;
  };
  struct ForeignWord {
    ShortWord raw;
    std::uint32_t place = 0;  // of its token
  };
  // What the last look at a short foreign word told.
  struct FoldedWord {
    ShortWord raw;
    std::uint64_t hash = 0;
    bool has_digit = false;
  };
  static constexpr std::size_t kStrangers = 512;
  static constexpr std::size_t kFolded = 128;

  static std::size_t SlotOf(const ShortWord& word) {
    return static_cast<std::size_t>(((word.first + std::rotl(word.last, 23)) * 0x9E3779B97F4A7C15ULL) >> 40) %
           kStrangers;
  }
  FoldedWord& FoldedSlotOf(const ShortWord& word) { return folded_[SlotOf(word) % kFolded]; }
  bool IsStranger(const ShortWord& word) const { return strangers_[SlotOf(word)] == word; }

  static constexpr std::size_t kChunk = 64;  // bytes of text, a bit for each
  static constexpr std::size_t kBatch = 256;
  static constexpr std::size_t kMostRuns = kBatch + kChunk;

  void FindRuns();
  void TakeChunk();
  std::uint32_t LineAt(std::uint64_t line_ends) const;
  void TakeRun(std::size_t edge);
  bool TakeShort(std::size_t edge);
  void TakeShortForeign(std::size_t edge);
  void TakeForeign(std::size_t edge);
  TextToken& Append(std::size_t begin, std::size_t end);
  void HashShort();

  std::string_view text_;
  const CellHasher& hasher_;
  std::size_t position_ = 0;  // of the next chunk
  bool in_run_ = false;       // of letters and digits, which goes on in the next chunk
  std::uint32_t line_ = 0;    // where the line begins that goes on in the next chunk
  // Where runs begin and end, in turn, and the line there.
  std::array<std::size_t, 2 * kMostRuns> edges_{};
  std::array<std::uint32_t, 2 * kMostRuns> lines_{};
  std::size_t edge_count_ = 0;

  std::size_t previous_end_ = 0;
  std::uint32_t token_line_ = 0;
  std::uint32_t previous_line_ = 0;
  bool gap_ = false;
  std::vector<TextToken> tokens_;
  std::size_t size_ = 0;  // of them in this batch
  std::size_t short_count_ = 0;
  std::array<std::uint64_t, kMostRuns> first_{}, last_{}, hashes_{};  // of words that are hashed together
  std::array<std::uint32_t, kMostRuns> places_{};                     // of their tokens
  std::vector<ForeignWord> foreign_;                                  // short ones
  std::array<ShortWord, kStrangers> strangers_{};
  std::array<FoldedWord, kFolded> folded_{};
};

}  // namespace vigie::customers
