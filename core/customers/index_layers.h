#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/customers/index_format.h"
#include "core/customers/record_set.h"
#include "core/customers/static_map.h"
#include "core/customers/token_filter.h"

namespace vigie::customers {

// One index or delta, opened: views of the mapped file.
struct IndexLayer {
  IndexHeader header;
  TokenFilter tokens;
  StaticMap strong, words, pairs;
  std::string_view shared;  // lists of records
  RecordSet superseded;     // records of whom older layers say nothing any more

  static base::Result<IndexLayer> Open(const OpenedIndex& opened);
};

// An index and the deltas on top of it, searched as one: what a newer layer knows of a cell is all there is to know,
// and older ones do not speak of records that it supersedes. Immutable and thread-safe.
class IndexLayers {
 public:
  // The oldest first.
  explicit IndexLayers(std::vector<IndexLayer> layers);

  // What any layer has.
  const IndexHeader& shape() const { return shape_; }

  // One for each layer: a token that none of them may have is part of no name or text.
  std::span<const TokenFilter> token_filters() const { return token_filters_; }

  // kinds[i] is what the words are (kIsName, kIsText), 0 for unknown ones. At most kBatch.
  void FindWords(std::span<const std::uint64_t> words, std::span<std::uint64_t> kinds) const;
  // Adds the records of those cells that are known. At most kBatch.
  void FindStrong(std::span<const std::uint64_t> cells, RecordSet& found) const;
  // The same for pairs; known[i] says which.
  void FindPairs(std::span<const std::uint64_t> pairs, std::span<bool> known, RecordSet& found) const;

  static constexpr std::size_t kBatch = 256;

 private:
  struct Cells {
    std::span<const std::uint64_t> hashes;
    std::span<bool> known;  // as many
  };
  void FindRecords(StaticMap IndexLayer::*map, const Cells& cells, RecordSet& found) const;
  // Records on their way into a set, some at a time.
  class FoundRecords {
   public:
    explicit FoundRecords(RecordSet& found) : found_(found) {}
    ~FoundRecords() { found_.AddAll({waiting_.data(), count_}); }
    FoundRecords(const FoundRecords&) = delete;
    FoundRecords& operator=(const FoundRecords&) = delete;

    void Add(RecordId id) {
      if (count_ == waiting_.size()) {
        found_.AddAll(waiting_);
        count_ = 0;
      }
      waiting_[count_++] = id;
    }

   private:
    RecordSet& found_;
    std::size_t count_ = 0;
    std::array<RecordId, kBatch> waiting_;
  };
  void AddValue(std::size_t layer, std::uint64_t value, FoundRecords& found) const;
  void AddShared(std::size_t layer, std::uint64_t value, FoundRecords& found) const;
  void AddRecord(std::size_t layer, std::uint64_t record, FoundRecords& found) const;

  std::vector<IndexLayer> layers_;
  std::vector<RecordSet> superseded_;  // by all newer layers
  std::vector<TokenFilter> token_filters_;
  IndexHeader shape_;
};

}  // namespace vigie::customers
