#include "core/customers/index_layers.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <optional>
#include <utility>

namespace vigie::customers {
namespace {

constexpr std::uint32_t kMaxSharers = 1U << 16;  // no list is longer, whatever a file says

std::optional<std::uint32_t> SharedAt(std::string_view shared, std::uint64_t place) {
  if (place >= shared.size() / sizeof(std::uint32_t)) return std::nullopt;
  std::uint32_t value = 0;
  std::memcpy(&value, shared.data() + place * sizeof(value), sizeof(value));
  return value;
}

IndexHeader ShapeOf(const std::vector<IndexLayer>& layers) {
  IndexHeader shape = layers.front().header;
  shape.min_key_bytes = 0xFFFF;
  for (const IndexLayer& layer : layers) {
    const IndexHeader& header = layer.header;
    shape.word_counts |= header.word_counts;
    shape.key_counts |= header.key_counts;
    shape.kinds |= header.kinds;
    shape.max_key_bytes = std::max(shape.max_key_bytes, header.max_key_bytes);
    if (header.key_counts != 0) shape.min_key_bytes = std::min(shape.min_key_bytes, header.min_key_bytes);
  }
  return shape;
}

}  // namespace

base::Result<IndexLayer> IndexLayer::Open(const OpenedIndex& opened) {
  IndexLayer layer;
  layer.header = opened.header;
  layer.shared = opened.sections[Section::kShared];
  const std::pair<Section, StaticMap*> maps[] = {
      {Section::kStrong, &layer.strong}, {Section::kWords, &layer.words}, {Section::kPairs, &layer.pairs}};
  for (const auto& [section, map] : maps) {
    const auto made = StaticMap::Open(opened.sections[section]);
    if (!made) return made.error().Wrap("customer index");
    *map = *made;
  }
  const auto tokens = TokenFilter::Open(opened.sections[Section::kTokens]);
  if (!tokens) return tokens.error().Wrap("customer index");
  layer.tokens = *tokens;
  auto superseded = RecordSet::Parse(opened.sections[Section::kSuperseded]);
  if (!superseded) return superseded.error().Wrap("customer index");
  layer.superseded = *std::move(superseded);
  return layer;
}

IndexLayers::IndexLayers(std::vector<IndexLayer> layers)
    : layers_(std::move(layers)), superseded_(layers_.size()), shape_(ShapeOf(layers_)) {
  for (std::size_t i = layers_.size() - 1; i > 0; --i) {
    superseded_[i - 1] = superseded_[i];
    superseded_[i - 1].Unite(layers_[i].superseded);
  }
  for (const IndexLayer& layer : layers_) token_filters_.push_back(layer.tokens);
}

void IndexLayers::FindWords(std::span<const std::uint64_t> words, std::span<std::uint64_t> kinds) const {
  std::array<std::uint64_t, kBatch> values{};
  const std::span<std::uint64_t> of_layer(values.data(), words.size());
  std::fill(kinds.begin(), kinds.end(), 0);
  for (const IndexLayer& layer : layers_) {
    layer.words.FindAll(words, of_layer);
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (of_layer[i] != StaticMap::kNotFound) kinds[i] |= of_layer[i];
    }
  }
}

void IndexLayers::FindStrong(std::span<const std::uint64_t> cells, RecordSet& found) const {
  std::array<bool, kBatch> known{};
  FindRecords(&IndexLayer::strong, {cells, {known.data(), cells.size()}}, found);
}

void IndexLayers::FindPairs(std::span<const std::uint64_t> pairs, std::span<bool> known, RecordSet& found) const {
  FindRecords(&IndexLayer::pairs, {pairs, known}, found);
}

[[gnu::always_inline]] inline void IndexLayers::AddRecord(std::size_t layer, std::uint64_t record,
                                                          FoundRecords& found) const {
  if (record == 0 || record > layers_[layer].header.last_record) return;
  const auto id = static_cast<RecordId>(record);
  if (layer + 1 < layers_.size() && superseded_[layer].Contains(id)) return;
  found.Add(id);
}

// A record, or behind all record ids the place of a list.
[[gnu::always_inline]] inline void IndexLayers::AddValue(std::size_t layer, std::uint64_t value,
                                                         FoundRecords& found) const {
  if (value <= layers_[layer].header.last_record) return AddRecord(layer, value, found);
  AddShared(layer, value, found);
}

void IndexLayers::FindRecords(StaticMap IndexLayer::*map, const Cells& cells, RecordSet& found) const {
  FoundRecords records(found);
  std::array<std::uint64_t, kBatch> open{};
  std::array<std::uint64_t, kBatch> values{};
  std::array<std::uint16_t, kBatch> places{};
  std::size_t count = cells.hashes.size();
  std::copy(cells.hashes.begin(), cells.hashes.end(), open.begin());
  std::iota(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(count), 0);
  std::fill(cells.known.begin(), cells.known.end(), true);
  for (std::size_t layer = layers_.size(); layer-- > 0 && count > 0;) {
    (layers_[layer].*map).FindAll({open.data(), count}, {values.data(), count});
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (values[i] != StaticMap::kNotFound) {
        AddValue(layer, values[i], records);
        continue;
      }
      open[kept] = open[i];
      places[kept++] = places[i];
    }
    count = kept;
  }
  for (std::size_t i = 0; i < count; ++i) cells.known[places[i]] = false;
}

// At that place their number, then their ids. It may come from a chance match: nothing about it is certain.
void IndexLayers::AddShared(std::size_t layer, std::uint64_t value, FoundRecords& found) const {
  const IndexLayer& from = layers_[layer];
  const std::uint64_t place = value - from.header.last_record - 1;
  const auto count = SharedAt(from.shared, place);
  if (!count || *count > kMaxSharers) return;
  for (std::uint64_t i = 1; i <= *count; ++i) {
    if (const auto record = SharedAt(from.shared, place + i)) AddRecord(layer, *record, found);
  }
}

}  // namespace vigie::customers
