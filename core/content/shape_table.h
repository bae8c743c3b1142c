#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/content/detector.h"
#include "core/content/word_chain.h"

namespace vigie::content {

// A shape that some words have, and whose it is.
struct ShapeOwner {
  std::size_t detector = 0;  // its place in the table
  Proof proof = Proof::kWeak;
  bool needs_context = false;
};

// The shapes of all detectors as one trie over words: walking it from a word on, most numbers of the text fall out at
// the first step. Immutable once built.
class ShapeTable {
 public:
  static constexpr std::size_t kMostWords = 8;  // in a shape

  ShapeTable();
  // Adds each way of reading a shape.
  void Add(const NumberShape& shape, std::size_t detector);
  // True once as many shapes were added as it can tell apart: then it must not be used.
  bool is_full() const { return is_full_; }
  // Letters and digits of the shortest shape.
  std::size_t shortest() const { return shortest_; }

  // Where a walk stands: a word may be read as exactly what it is and as any letters and digits (*).
  struct Place {
    std::size_t count = 0;
    std::uint16_t nodes[4] = {};
  };
  static Place Start() { return {1, {0}}; }
  // The places one word further; count 0 if no shape goes on so. The separator before the first word does not matter.
  Place Next(const Place& place, const Word& word, bool is_first) const {
    Place next;
    const auto length = word.length();
    if (length > WordChain::kLongestShaped) return next;
    const auto separator = is_first ? 0 : SeparatorCode(word.separator);
    for (std::size_t i = 0; i < place.count; ++i) {
      const auto& node = nodes_[place.nodes[i]];
      // Nearly always separator and length alone say that nothing goes on here.
      if ((node.lengths[separator] >> length & 1) != 0) Follow(place.nodes[i], {word.letters, length, separator}, next);
    }
    return next;
  }
  // Where walks over numbers of one length with one separator between them come to, which long rows of such would walk
  // again and again.
  struct EqualRow {
    std::array<Place, kMostWords> places;  // after one word, two words, …
    unsigned with_owners = 0;              // bit n: some shape ends after n + 1 words
  };
  static constexpr std::size_t kLongestInRow = 12;
  // Once all shapes are added.
  void FindEqualRows();
  // `length` at most kLongestInRow.
  const EqualRow& EqualRowOf(std::size_t length, char separator) const {
    return equal_rows_[length][SeparatorCode(separator)];
  }

  // The owners of shapes that end at `node`.
  std::span<const ShapeOwner> OwnersAt(std::uint16_t node) const { return nodes_[node].owners; }

 private:
  // One word of a shape.
  struct Step {
    std::uint64_t letters = 0;
    std::size_t length = 0;
    std::size_t separator = 0;  // before it: SeparatorCode
    bool is_wild = false;
  };
  static constexpr std::size_t kSeparators = 5;
  static constexpr std::size_t SeparatorCode(char separator) {
    switch (separator) {
      case ' ':
        return 1;
      case '.':
        return 2;
      case '-':
        return 3;
      case '/':
        return 4;
      default:
        return 0;
    }
  }

  struct Edge {
    std::uint64_t key = 0;  // 0 = free
    std::uint16_t node = 0;
  };
  struct Node {
    // By separator; bit n: some word of n characters leads on.
    std::array<std::uint64_t, kSeparators> lengths{};
    std::uint64_t wild_lengths = 0;  // bit n: any word of n characters does
    std::vector<ShapeOwner> owners;
  };
  static constexpr std::size_t kEdges = 1U << 13;
  static constexpr std::size_t kMostNodes = kEdges / 2;

  void AddVariant(const std::string& written, const ShapeOwner& owner);
  void Follow(std::uint16_t node, const Step& step, Place& next) const;
  static std::vector<Step> StepsOf(std::string_view written);
  static std::uint64_t KeyOf(std::uint16_t node, const Step& step);
  std::uint16_t Find(std::uint64_t key) const;  // 0 = none
  std::uint16_t FindOrAdd(std::uint64_t key);

  std::vector<Edge> edges_;
  std::vector<Node> nodes_;
  std::array<std::array<EqualRow, kSeparators>, kLongestInRow + 1> equal_rows_;
  std::size_t shortest_ = std::numeric_limits<std::size_t>::max();
  bool is_full_ = false;
};

}  // namespace vigie::content
