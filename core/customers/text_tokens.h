#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/customers/cell_hash.h"
#include "core/customers/instructions.h"
#include "core/customers/text_runs.h"
#include "core/customers/token_filter.h"
#include "core/customers/token_scanner.h"

namespace vigie::customers {

struct TextToken {
  std::size_t begin = 0;  // in the text
  std::size_t end = 0;
  std::uint64_t hash = 0;   // CellHasher::OfToken
  std::uint32_t line = 0;   // where its line begins, modulo 2^32
  bool after_gap = false;   // no neighbour of the last token; TokenScanner says when
  bool is_known = false;    // a filter may have it
  bool has_digit = false;   // 0 to 9 when folded
  bool is_foreign = false;  // part of a run that is not all ASCII: folding may change more than its case
};

struct WantedTokens {
  std::span<const TokenFilter> known_to;  // while the tokens are read
  bool strangers = true;  // false: words that no filter has are gaps; numbers never are, and long words may be there
};

// The tokens that TokenScanner finds, hashed, a batch at a time. Words of ASCII are never copied, and folded and hashed
// eight at once; what else there is goes through TokenScanner. Most words of most texts are strangers, of whom nothing
// but their hash is ever made. Not thread-safe.
class TextTokens {
 public:
  TextTokens(std::string_view text, const CellHasher& hasher, const WantedTokens& wanted = {},
             Instructions instructions = Instructions::kBest);

  TextTokens(const TextTokens&) = delete;
  TextTokens& operator=(const TextTokens&) = delete;

  // The next ones, in the order of the text; none at its end. Valid until the next call.
  std::span<const TextToken> Next();

 private:
  // A short foreign word as it is written; second is zero below nine bytes, its highest byte has the size.
  struct ShortWord {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    bool operator==(const ShortWord&) const = default;
  };
  // What the last look at it told.
  struct FoldedWord {
    ShortWord written;
    std::uint64_t hash = 0;
    bool has_digit = false;
  };
  static constexpr std::size_t kFolded = 128;
  using ForEachRun = std::array<std::uint64_t, TextRuns::kMost>;

  FoldedWord& FoldedSlotOf(const ShortWord& word) {
    return folded_[((word.first + std::rotl(word.second, 23)) * 0x9E3779B97F4A7C15ULL) >> 57];
  }
  static_assert(kFolded == 1U << (64 - 57));

  void LoadRuns();
  void ChooseRuns();
  std::size_t TakePlainFrom(std::size_t chosen);
  void TakeOther(std::size_t run);
  void TakeShortForeign(std::size_t run);
  void TakeLong(std::size_t run);
  void TakeForeign(std::size_t run);
  std::string_view WordOf(std::size_t run) const;
  bool IsKnown(std::uint64_t hash) const;
  TextToken& Append(std::size_t begin, std::size_t end);
  struct Place {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::uint32_t line = 0;
  };
  // What came before the next token.
  struct Last {
    std::size_t end = 0;
    std::uint32_t line = 0;
    bool gap = false;  // something that is no token stands between
  };
  static void Write(TextToken& token, const Place& place, Last& last);

  std::string_view text_;
  const CellHasher& hasher_;
  const WantedTokens wanted_;
  const Instructions instructions_;
  TextRuns runs_;
  // By run: what is written there, and what was made of it.
  ForEachRun first_{}, second_{}, sizes_{}, hashes_{}, marks_{};
  std::array<std::uint8_t, TextRuns::kMost> known_{};
  std::array<std::uint16_t, TextRuns::kMost + 1> chosen_{};
  std::size_t chosen_count_ = 0;

  std::size_t next_run_ = 0;  // behind the last one that was taken
  std::uint32_t token_line_ = 0;
  Last last_;
  std::vector<TextToken> tokens_;
  std::size_t size_ = 0;  // of them in this batch
  std::array<FoldedWord, kFolded> folded_{};
};

}  // namespace vigie::customers
