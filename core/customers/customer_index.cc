#include "core/customers/customer_index.h"

#include <sodium.h>

#include <utility>
#include <vector>

#include "core/customers/index_format.h"
#include "core/customers/index_layers.h"
#include "core/customers/text_search.h"
#include "platform/mapped_file.h"

namespace vigie::customers {
namespace {

struct MappedIndex {
  platform::MappedFile file;
  std::vector<OpenedIndex> layers;
};

base::Result<MappedIndex> MapIndex(const base::FileDescriptor& file) {
  if (sodium_init() < 0) return base::Error{base::ErrorCode::kInternal, "libsodium cannot be initialised"};
  auto mapped = platform::MappedFile::Map(file);
  if (!mapped) return mapped.error().Wrap("customer index");
  auto layers = DecodeIndex(mapped->bytes());
  if (!layers) return layers.error();
  return MappedIndex{*std::move(mapped), *std::move(layers)};
}

base::Result<IndexInfo> InfoOf(const MappedIndex& index) {
  const IndexHeader& base = index.layers.front().header;
  const OpenedIndex& newest = index.layers.back();
  IndexInfo info;
  info.format_version = kIndexFormatVersion;
  info.id = HexOf(base.id);
  info.state = HexOf(newest.seal);
  info.ledger = HexOf(base.ledger);
  info.records = newest.header.records;
  for (const OpenedIndex& layer : index.layers) {
    info.strong_cells += layer.header.strong_cells;
    info.weak_cells += layer.header.weak_cells;
    info.pairs += layer.header.pairs;
  }
  info.bytes = index.file.bytes().size();
  info.built_at = newest.header.built_at;
  info.region = base.region;
  info.deltas = newest.header.layer;
  auto canaries = RecordSet::Parse(newest.sections[Section::kCanaries]);
  if (!canaries) return canaries.error().Wrap("customer index");
  info.canaries = *std::move(canaries);
  return info;
}

class MappedCustomerIndex final : public CustomerIndex {
 public:
  struct Parts {
    IndexInfo info;
    CellHasher hasher;
    PhonePlan plan;
    IndexLayers layers;
  };
  MappedCustomerIndex(platform::MappedFile file, Parts parts) : file_(std::move(file)), parts_(std::move(parts)) {}

  const IndexInfo& info() const override { return parts_.info; }

  void Match(std::string_view text, RecordSet& found) const override {
    const SearchedIndex searched{parts_.layers, parts_.hasher, parts_.plan};
    TextSearch(searched, found).Search(text);
  }

 private:
  platform::MappedFile file_;  // what the layers are views of
  Parts parts_;
};

base::Result<void> CheckSeals(const std::vector<OpenedIndex>& layers, const CellHasher& hasher) {
  for (const OpenedIndex& layer : layers) {
    const Seal seal = hasher.Seal(layer.sealed);
    if (sodium_memcmp(seal.data(), layer.seal.data(), seal.size()) == 0) continue;
    return base::Error{
        base::ErrorCode::kPermissionDenied,
        "the customer index was built with another key; give the key file that vigie index build was given"};
  }
  return {};
}

base::Result<IndexLayers> OpenLayers(const std::vector<OpenedIndex>& opened) {
  std::vector<IndexLayer> layers;
  for (const OpenedIndex& one : opened) {
    auto layer = IndexLayer::Open(one);
    if (!layer) return layer.error();
    layers.push_back(*std::move(layer));
  }
  return IndexLayers(std::move(layers));
}

}  // namespace

base::Result<std::unique_ptr<CustomerIndex>> CustomerIndex::Open(const base::FileDescriptor& file,
                                                                 const IndexKey& key) {
  auto index = MapIndex(file);
  if (!index) return index.error();
  const IndexHeader& base = index->layers.front().header;
  const CellHasher hasher(key, base.id);
  if (auto sealed = CheckSeals(index->layers, hasher); !sealed) return sealed.error();
  const auto plan = FindPhonePlan(base.region);
  if (!plan) {
    return base::Error{base::ErrorCode::kUnsupported,
                       "the customer index was built for a region that this program does not know; update the program"};
  }
  auto info = InfoOf(*index);
  if (!info) return info.error();
  auto layers = OpenLayers(index->layers);
  if (!layers) return layers.error();
  MappedCustomerIndex::Parts parts{*std::move(info), hasher, *plan, *std::move(layers)};
  return std::unique_ptr<CustomerIndex>(
      std::make_unique<MappedCustomerIndex>(std::move(index->file), std::move(parts)));
}

base::Result<IndexInfo> CustomerIndex::ReadInfo(const base::FileDescriptor& file) {
  const auto index = MapIndex(file);
  if (!index) return index.error();
  return InfoOf(*index);
}

}  // namespace vigie::customers
