#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/customers/instructions.h"

namespace vigie::customers {

// The runs of letters, digits and characters beyond ASCII in a text, and its lines, a window of some thousand bytes at
// a time: 64 bytes are classified at once, a bit for each. Bytes that are no part of UTF-8 part runs, save in those
// that fill a window. Not thread-safe.
class TextRuns {
 public:
  explicit TextRuns(std::string_view text, Instructions instructions = Instructions::kBest)
      : text_(text), instructions_(instructions) {}

  // Goes on to the next window. False at the end of the text.
  bool Next();

  // Of this window, whole ones; their order is that of the text.
  std::size_t size() const { return run_count_; }
  static constexpr std::size_t kMost = 1024;

  // Places count from here on.
  std::size_t base() const { return base_; }
  std::uint32_t BeginOf(std::size_t run) const { return edges_[2 * run]; }
  std::uint32_t EndOf(std::size_t run) const { return edges_[2 * run + 1]; }
  // Where the line begins that a place of this window is on, in the text, modulo 2^32.
  std::uint32_t LineOf(std::uint32_t place) const;

  static constexpr std::size_t kChunk = 64;                   // bytes
  static constexpr std::size_t kChunks = 2 * kMost / kChunk;  // of a window
  // What is found in a window. Two runs are a byte apart at least.
  struct Found {
    std::array<std::uint32_t, 2 * kMost + kChunk>& edges;  // where runs begin and end, in turn
    std::array<std::uint64_t, kChunks>& line_ends;
    std::size_t edge_count = 0;
    bool in_run = false;  // of what was looked at last
    unsigned carry = 0;   // bytes of a character that goes on behind it
  };

 private:
  void FindEdges(std::size_t bytes);
  void FindLines(std::size_t bytes);
  void KeepWhole(std::size_t bytes);
  std::size_t LongRunEnd(std::size_t position) const;

  std::string_view text_;
  Instructions instructions_;
  std::size_t base_ = 0;
  std::size_t next_ = 0;       // where the next window begins
  std::uint32_t line_ = 0;     // of `next_`
  std::size_t run_count_ = 0;  // of this window
  std::size_t edge_count_ = 0;
  std::array<std::uint32_t, 2 * kMost + kChunk> edges_{};
  std::array<std::uint64_t, kChunks> line_ends_{};  // by chunk
  std::array<std::uint32_t, kChunks> lines_{};      // at the begin of each chunk
};

inline std::uint32_t TextRuns::LineOf(std::uint32_t place) const {
  const std::size_t chunk = std::min<std::size_t>(place / kChunk, kChunks - 1);
  const std::uint64_t before = line_ends_[chunk] & ((std::uint64_t{1} << place % kChunk) - 1);
  if (before == 0) return lines_[chunk];
  const auto last = kChunk - static_cast<std::size_t>(std::countl_zero(before));
  return static_cast<std::uint32_t>(base_ + chunk * kChunk + last);
}

}  // namespace vigie::customers
