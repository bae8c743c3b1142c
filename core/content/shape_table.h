#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
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
    for (std::size_t i = 0; i < place.count; ++i) {
      const auto& node = nodes_[place.nodes[i]];
      // Nearly always the length alone says that nothing goes on here.
      if ((node.lengths >> length & 1) != 0) Follow(place.nodes[i], word, is_first, next);
    }
    return next;
  }
  // The owners of shapes that end at `node`.
  std::span<const ShapeOwner> OwnersAt(std::uint16_t node) const { return nodes_[node].owners; }

 private:
  struct Edge {
    std::uint64_t key = 0;  // 0 = free
    std::uint16_t node = 0;
  };
  struct Node {
    std::uint64_t lengths = 0;       // bit n: some word of n characters leads on
    std::uint64_t wild_lengths = 0;  // bit n: any word of n characters does
    std::vector<ShapeOwner> owners;
  };
  static constexpr std::size_t kEdges = 1U << 13;
  static constexpr std::size_t kMostNodes = kEdges / 2;

  void AddVariant(const std::string& written, const ShapeOwner& owner);
  void Follow(std::uint16_t node, const Word& word, bool is_first, Place& next) const;
  std::uint16_t Find(std::uint64_t key) const;  // 0 = none
  std::uint16_t FindOrAdd(std::uint64_t key);

  std::vector<Edge> edges_;
  std::vector<Node> nodes_;
  std::size_t shortest_ = std::numeric_limits<std::size_t>::max();
  bool is_full_ = false;
};

}  // namespace vigie::content
