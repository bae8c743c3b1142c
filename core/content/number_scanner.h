#pragma once

#include <array>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/content/match_collector.h"
#include "core/content/shape_table.h"
#include "core/content/word_chain.h"
#include "platform/base/result.h"

namespace vigie::content {

// Finds all identifiers with digits in them: reads each word of the text that has some once, and asks the detectors
// whose shapes or word starts fit. Not thread-safe.
class NumberScanner {
 public:
  // An error says that there are more shapes than it can tell apart.
  static base::Result<std::unique_ptr<NumberScanner>> Build(std::span<const Detector* const> detectors);

  void Scan(std::string_view text, MatchCollector& collector);

 private:
  static constexpr std::size_t kWordStarts = 6;

  explicit NumberScanner(std::span<const Detector* const> detectors);
  std::size_t ScanChain(std::size_t position);
  void ScanShapes(std::size_t first);
  // Words of the chain.
  struct Row {
    std::size_t first = 0;
    std::size_t last = 0;
    bool has_lower = false;
  };
  std::size_t ScanEqualRow(std::size_t first, ShapeTable::Place& place);
  void OfferPlace(const ShapeTable::Place& place, const Row& row);
  void OfferOwners(std::span<const ShapeOwner> owners, const Row& row);
  void ScanAlone(const Word& word);
  const ShapeTable::Place& PlaceOfAlone(const Word& word);
  std::string_view CapitalsOf(const Word& word);
  // Letters and digits of a number or code at text[begin, end).
  struct Reading {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool has_lower = false;
  };
  template <typename Compact>
  void AskOwners(std::span<const ShapeOwner> owners, const Reading& reading, const Compact& compact);
  bool StandsAlone(std::size_t first, std::size_t last) const;
  void ScanWordStart(const Word& word);
  void AskStart(std::uint8_t start, std::size_t begin, std::size_t end);

  std::span<const Detector* const> detectors_;
  ShapeTable shapes_;
  std::array<std::vector<std::size_t>, kWordStarts> starters_;  // by bit of WordStart: places in the table
  std::vector<std::size_t> looked_until_;                       // by detector
  std::vector<Match> proven_;
  WordChain chain_;
  std::array<char, WordChain::kLongestShaped> capitals_{};  // of one word
  // Columns of a table have one shape: where words of such shapes, standing alone, lead. By a hash of the shape.
  struct KnownShape {
    std::uint64_t shape = 0;  // 0 = free
    ShapeTable::Place place;
  };
  std::array<KnownShape, 64> known_shapes_;
  std::string_view text_;
  MatchCollector* collector_ = nullptr;  // during a scan
};

}  // namespace vigie::content
