#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "core/customers/cell_hash.h"
#include "core/customers/index_layers.h"
#include "core/customers/key_candidates.h"
#include "core/customers/pair_finder.h"
#include "core/customers/phone_plan.h"
#include "core/customers/text_tokens.h"

namespace vigie::customers {

struct SearchedIndex {
  const IndexLayers& layers;
  const CellHasher& hasher;
  const PhonePlan& plan;
};

// Searches one text for the customers of one index: one pass over its tokens, whose cells wait in batches until they
// are looked up together. Not thread-safe.
class TextSearch {
 public:
  // What is found is added to `found`.
  TextSearch(const SearchedIndex& index, RecordSet& found);
  TextSearch(const TextSearch&) = delete;
  TextSearch& operator=(const TextSearch&) = delete;

  void Search(std::string_view text);

 private:
  // Places in a batch of tokens, rising.
  class Places {
   public:
    void Clear(std::size_t most) {
      if (places_.size() < most) places_.resize(most);
      size_ = 0;
    }
    // Without a branch.
    void AddIf(bool wanted, std::uint32_t place) {
      places_[size_] = place;
      size_ += wanted ? 1 : 0;
    }
    std::span<const std::uint32_t> all() const { return {places_.data(), size_}; }

   private:
    std::vector<std::uint32_t> places_;
    std::size_t size_ = 0;
  };

  void SortOut(std::span<const TextToken> tokens);
  void TakeTokens(std::string_view text, std::span<const TextToken> tokens);
  void TakeEmails(std::string_view text);
  void TakeNumber(std::string_view text, const TextToken& token);
  void TakeStrong(CellKind kind, std::string_view normalised);
  void AddStrong(std::span<const std::uint64_t> cells);
  void HashWaiting();
  void LookUpStrong();
  bool Has(CellKind kind) const { return (index_.layers.shape().kinds >> static_cast<unsigned>(kind) & 1) != 0; }

  const SearchedIndex& index_;
  RecordSet& found_;
  PairFinder pairs_;
  KeyCandidates keys_;
  const std::function<void(std::string_view)> take_phone_, take_iban_, take_key_;
  Places known_;                               // of tokens that the index may have
  Places numbers_;                             // of those with digits
  std::array<SipLanes, kCellKinds> unhashed_;  // cells that wait for their hash, by kind
  std::vector<std::uint64_t> strong_;          // cells that wait to be looked up
  std::size_t numbers_end_ = 0;                // of the last row of groups of digits
};

}  // namespace vigie::customers
