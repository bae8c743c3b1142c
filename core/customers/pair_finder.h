#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/customers/cell_hash.h"
#include "core/customers/static_map.h"
#include "core/customers/token_scanner.h"

namespace vigie::customers {

inline constexpr std::size_t kNearBytes = 256;     // between the cells, on whatever lines
inline constexpr std::size_t kMaxRowBytes = 4096;  // a longer line is no row of a table

// What an index knows about names and text. Views of the mapped file; read-only.
struct WordIndex {
  const CellHasher& hasher;
  const StaticMap& tokens;
  const StaticMap& words;
  const StaticMap& pairs;
  std::uint16_t word_counts = 0;
};

// Finds names and text in the order of the tokens of one text, and which records they mean together: a name and a text
// of one record, apart from each other, in one row or near. Keeps the last few of each, so its state and the work for a
// token are bounded whatever the text. Not thread-safe.
class PairFinder {
 public:
  explicit PairFinder(const WordIndex& index) : index_(index) {}

  void Add(const Token& token, const std::function<void(std::uint64_t)>& take);

 private:
  struct Hit {
    std::uint64_t hash = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
    std::uint64_t line = 0;
  };
  struct RecentToken {
    TokenSum sum;
    std::size_t begin = 0;
  };

  static constexpr std::size_t kRecentHits = 32;
  class RecentHits {
   public:
    void Add(const Hit& hit);
    const Hit* begin() const { return hits_.data(); }
    const Hit* end() const { return hits_.data() + size_; }

   private:
    std::array<Hit, kRecentHits> hits_{};
    std::size_t size_ = 0;
    std::size_t oldest_ = 0;
  };

  void Remember(const Token& token);
  void TryWindows(const Token& token, const std::function<void(std::uint64_t)>& take);
  void TakeHit(const Hit& hit, std::uint64_t kinds, const std::function<void(std::uint64_t)>& take);
  void TryPair(const Hit& name, const Hit& text, const std::function<void(std::uint64_t)>& take) const;
  static bool AreNear(const Hit& a, const Hit& b);

  const WordIndex& index_;
  std::array<RecentToken, kMaxCellTokens> recent_{};  // the last known tokens, all neighbours; the newest last
  std::size_t recent_count_ = 0;
  std::uint64_t line_ = 0;
  RecentHits names_;
  RecentHits texts_;
};

}  // namespace vigie::customers
