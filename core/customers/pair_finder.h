#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/customers/cell_hash.h"
#include "core/customers/index_layers.h"
#include "core/customers/text_tokens.h"

namespace vigie::customers {

inline constexpr std::size_t kNearBytes = 256;     // between the cells, on whatever lines
inline constexpr std::size_t kMaxRowBytes = 4096;  // a longer line is no row of a table

// Finds names and text in the order of the tokens of one text, and which records they mean together: a name and a text
// of one record, apart from each other, in one row or near. A name that a text of its own row explains is one person,
// and is not paired with the rows around. Keeps the last few of each, so its state and the work for a token are bounded
// whatever the text. Look-ups wait until there are enough of them to overlap. Not thread-safe.
class PairFinder {
 public:
  // Adds the records to `found`.
  PairFinder(const IndexLayers& layers, const CellHasher& hasher, RecordSet& found);

  // The next tokens, and the places of those that the index may have: a cell consists of such neighbours only.
  void Add(std::span<const TextToken> tokens, std::span<const std::uint32_t> known);
  // After the last token.
  void Finish();

 private:
  struct Hit {
    std::uint64_t hash = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
    std::uint32_t line = 0;
    std::uint32_t number = 0;  // of names: how many came before
  };
  struct RecentToken {
    std::uint64_t hash = 0;
    std::size_t begin = 0;
  };
  struct Candidate {
    std::uint64_t name = 0;
    std::uint64_t text = 0;
    std::uint32_t number = 0;  // of the name
    std::uint32_t line = 0;    // of the name
    bool in_row = false;
  };

  static constexpr std::size_t kRecentHits = 32;
  static constexpr std::size_t kMostWaiting = 4096;  // pairs of neighbouring rows
  static constexpr std::size_t kNamesAtOnce = 1024;  // that may be waiting

  // The last hits of one kind, in the order of the text.
  class RecentHits {
   public:
    void Add(const Hit& hit);
    std::span<const Hit> hits() const { return {hits_.data() + first_, last_ - first_}; }

   private:
    std::uint8_t& SameHashes(const Hit& hit) { return counts_[hit.hash % counts_.size()]; }
    bool ReplaceOlder(const Hit& hit);

    std::array<Hit, 4 * kRecentHits> hits_{};
    std::array<std::uint8_t, 1024> counts_{};  // of the hits, by hash: most cells have not been seen lately
    std::size_t first_ = 0;
    std::size_t last_ = 0;
  };

  // What came by until some place.
  struct Recent {
    RecentHits names, texts;
    std::uint32_t name_count = 0;
  };
  enum class Among : std::uint8_t { kOneRow, kRowsAround };

  void AddKnown(const TextToken& token);
  void Offer(const TokenSum& sum, std::size_t begin, const TextToken& last);
  void LookUpWords();
  template <Among kAmong>
  void TakeHits(std::span<const std::uint64_t> kinds);
  template <Among kAmong>
  void TakeName(Hit name);
  template <Among kAmong>
  void TakeText(const Hit& text);
  bool AreExplained(const Recent& since) const;
  void AddPair(const Hit& name, const Hit& text, bool in_row);
  void LookUpPairs(std::optional<std::uint32_t> open_line);
  void LookUp(std::vector<Candidate>& candidates);
  bool IsExplained(std::uint32_t name) const { return explained_[name % explained_.size()] == name + 1; }

  const IndexLayers& layers_;
  const CellHasher& hasher_;
  RecordSet& found_;
  const std::size_t longest_;                         // cell, in tokens
  std::array<RecentToken, kMaxCellTokens> recent_{};  // the last known tokens, all neighbours; the newest last
  std::size_t recent_count_ = 0;
  std::size_t next_known_ = 0;                      // where a token must be to be the neighbour of the last known one
  std::array<Hit, IndexLayers::kBatch> offered_{};  // that wait to be looked up
  std::array<std::uint64_t, IndexLayers::kBatch> offered_hashes_{};
  std::size_t offered_count_ = 0;
  Recent recent_hits_;
  std::vector<Candidate> row_;                           // pairs of one row that wait to be looked up
  std::vector<Candidate> around_;                        // pairs of neighbouring rows
  std::vector<Candidate> due_;                           // those of them that are looked up
  std::array<std::uint32_t, kNamesAtOnce> explained_{};  // by number of a name modulo the size: its number + 1
};

}  // namespace vigie::customers
