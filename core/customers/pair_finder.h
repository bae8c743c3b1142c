#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/customers/cell_hash.h"
#include "core/customers/index_layers.h"
#include "core/customers/text_tokens.h"

namespace vigie::customers {

inline constexpr std::size_t kNearBytes = 256;     // between the cells, on whatever lines
inline constexpr std::size_t kMaxRowBytes = 4096;  // a longer line is no row of a table

// Finds names and text in the order of the tokens of one text, and which records they mean together: a name and a text
// of one record, apart from each other, in one row or near. Keeps the last few of each, so its state and the work for a
// token are bounded whatever the text. Look-ups wait until there are enough of them to overlap. Not thread-safe.
class PairFinder {
 public:
  // Adds the records to `found`.
  PairFinder(const IndexLayers& layers, const CellHasher& hasher, RecordSet& found);

  // A cell consists of tokens that the index may have: after any other no cell can go on.
  void Add(const TextToken& token, bool may_be_known) {
    if (!may_be_known) {
      recent_count_ = 0;
      return;
    }
    AddKnown(token);
  }
  // After the last token.
  void Finish();

 private:
  struct Hit {
    std::uint64_t hash = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
    std::uint32_t line = 0;
  };
  struct RecentToken {
    std::uint64_t hash = 0;
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

  void AddKnown(const TextToken& token);
  void Offer(const Hit& hit);
  void LookUpWords();
  void TakeHit(const Hit& hit, std::uint64_t kinds);
  void TryPair(const Hit& name, const Hit& text);
  void LookUpPairs();
  static bool AreNear(const Hit& a, const Hit& b);

  const IndexLayers& layers_;
  const CellHasher& hasher_;
  RecordSet& found_;
  std::array<RecentToken, kMaxCellTokens> recent_{};  // the last known tokens, all neighbours; the newest last
  std::size_t recent_count_ = 0;
  std::vector<Hit> offered_;  // that wait to be looked up
  std::vector<std::uint64_t> offered_hashes_;
  std::vector<std::uint64_t> pairs_;
  RecentHits names_;
  RecentHits texts_;
};

}  // namespace vigie::customers
