#include "core/content/shape_table.h"

#include <algorithm>

#include "core/content/validate/ascii.h"

namespace vigie::content {
namespace {

std::size_t SlotOf(std::uint64_t key, std::size_t slots) {
  constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;
  return static_cast<std::size_t>((key * kGolden) >> 40) & (slots - 1);
}

}  // namespace

// 14 bits of node, 3 of separator, 1 wild, 6 of length (never 0: no key is 0), 40 of letters.
std::uint64_t ShapeTable::KeyOf(std::uint16_t node, const Step& step) {
  const std::uint64_t letters = step.is_wild ? 0 : step.letters & ((std::uint64_t{1} << 40) - 1);
  return (std::uint64_t{node} << 50) | (std::uint64_t{step.separator} << 47) | (std::uint64_t{step.is_wild} << 46) |
         (std::uint64_t{step.length} << 40) | letters;
}

std::vector<ShapeTable::Step> ShapeTable::StepsOf(std::string_view written) {
  std::vector<Step> steps(1);
  for (const char c : written) {
    if (SeparatorCode(c) != 0) {
      steps.push_back({.separator = SeparatorCode(c)});
      continue;
    }
    auto& step = steps.back();
    step.is_wild |= c == '*';
    if (IsUpper(c)) step.letters |= std::uint64_t{1} << step.length;
    ++step.length;
  }
  return steps;
}

ShapeTable::ShapeTable() : edges_(kEdges), nodes_(1) {
}

void ShapeTable::Add(const NumberShape& shape, std::size_t detector) {
  const ShapeOwner owner{detector, shape.proof, shape.needs_context};
  const std::string written(shape.written);
  if (written.find('~') == std::string::npos) return AddVariant(written, owner);
  for (const char separator : {' ', '.', '-', '/'}) {
    auto variant = written;
    std::ranges::replace(variant, '~', separator);
    AddVariant(variant, owner);
  }
}

void ShapeTable::AddVariant(const std::string& written, const ShapeOwner& owner) {
  std::uint16_t node = 0;
  std::size_t characters = 0;
  for (const auto& step : StepsOf(written)) {
    characters += step.length;
    const auto from = node;
    node = FindOrAdd(KeyOf(from, step));
    if (is_full_) return;
    nodes_[from].lengths[step.separator] |= std::uint64_t{1} << step.length;
    if (step.is_wild) nodes_[from].wild_lengths |= std::uint64_t{1} << step.length;
  }
  nodes_[node].owners.push_back(owner);
  shortest_ = std::min(shortest_, characters);
}

std::uint16_t ShapeTable::Find(std::uint64_t key) const {
  auto slot = SlotOf(key, kEdges);
  while (edges_[slot].key != 0) {
    if (edges_[slot].key == key) return edges_[slot].node;
    slot = (slot + 1) & (kEdges - 1);
  }
  return 0;
}

std::uint16_t ShapeTable::FindOrAdd(std::uint64_t key) {
  if (const auto found = Find(key); found != 0) return found;
  if (nodes_.size() >= kMostNodes) {
    is_full_ = true;
    return 0;
  }
  auto slot = SlotOf(key, kEdges);
  while (edges_[slot].key != 0) slot = (slot + 1) & (kEdges - 1);
  const auto node = static_cast<std::uint16_t>(nodes_.size());
  edges_[slot] = {key, node};
  nodes_.emplace_back();
  return node;
}

void ShapeTable::Follow(std::uint16_t node, const Step& step, Place& next) const {
  const auto add = [&](std::uint16_t found) {
    if (found != 0 && next.count < std::size(next.nodes)) next.nodes[next.count++] = found;
  };
  add(Find(KeyOf(node, step)));
  if ((nodes_[node].wild_lengths >> step.length & 1) == 0) return;
  add(Find(KeyOf(node, {.length = step.length, .separator = step.separator, .is_wild = true})));
}

void ShapeTable::FindEqualRows() {
  for (std::size_t length = 1; length <= kLongestInRow; ++length) {
    for (const char separator : {' ', '.', '-', '/'}) {
      const Word word{.end = length, .separator = separator, .has_digit = true};
      auto& row = equal_rows_[length][SeparatorCode(separator)];
      auto place = Start();
      for (std::size_t i = 0; i < kMostWords; ++i) {
        place = row.places[i] = Next(place, word, i == 0);
        for (std::size_t node = 0; node < place.count; ++node) {
          if (!OwnersAt(place.nodes[node]).empty()) row.with_owners |= 1U << i;
        }
      }
    }
  }
}

}  // namespace vigie::content
