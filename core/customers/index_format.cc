#include "core/customers/index_format.h"

#include <algorithm>
#include <cstring>

namespace vigie::customers {
namespace {

constexpr std::string_view kMagic = "VIGIEIDX";

// Offsets in the header.
constexpr std::size_t kVersionAt = 8;
constexpr std::size_t kHeaderBytesAt = 12;
constexpr std::size_t kIdAt = 16;
constexpr std::size_t kFileBytesAt = 32;
constexpr std::size_t kBuiltAt = 40;
constexpr std::size_t kRecordsAt = 48;
constexpr std::size_t kLastRecordAt = 52;
constexpr std::size_t kStrongCellsAt = 56;
constexpr std::size_t kWeakCellsAt = 64;
constexpr std::size_t kPairsAt = 72;
constexpr std::size_t kWordCountsAt = 80;
constexpr std::size_t kKeyCountsAt = 82;
constexpr std::size_t kMinKeyAt = 84;
constexpr std::size_t kMaxKeyAt = 86;
constexpr std::size_t kMaxStrongAt = 88;
constexpr std::size_t kMaxWeakAt = 92;
constexpr std::size_t kSectionSizesAt = 96;  // seven of eight bytes
constexpr std::size_t kRegionAt = 160;
constexpr std::size_t kKindsAt = 162;
constexpr std::size_t kLayerAt = 164;
constexpr std::size_t kLedgerAt = 168;
constexpr std::size_t kPreviousAt = 192;
constexpr std::size_t kPayloadSumAt = 288;
constexpr std::size_t kSealAt = 320;
constexpr std::size_t kHeaderSumAt = 352;

std::uint64_t Aligned(std::uint64_t bytes) {
  return (bytes + kSectionAlignment - 1) / kSectionAlignment * kSectionAlignment;
}

template <typename T>
void Put(std::string& bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof(T));
}

template <typename T>
T Take(std::string_view bytes, std::size_t at) {
  T value{};
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

std::string EncodeFields(const IndexHeader& header, const IndexSections& sections) {
  std::string bytes(kIndexHeaderBytes, '\0');
  std::memcpy(bytes.data(), kMagic.data(), kMagic.size());
  Put(bytes, kVersionAt, kIndexFormatVersion);
  Put(bytes, kHeaderBytesAt, static_cast<std::uint32_t>(kIndexHeaderBytes));
  Put(bytes, kIdAt, header.id);
  Put(bytes, kBuiltAt, header.built_at);
  Put(bytes, kRecordsAt, header.records);
  Put(bytes, kLastRecordAt, header.last_record);
  Put(bytes, kStrongCellsAt, header.strong_cells);
  Put(bytes, kWeakCellsAt, header.weak_cells);
  Put(bytes, kPairsAt, header.pairs);
  Put(bytes, kWordCountsAt, header.word_counts);
  Put(bytes, kKeyCountsAt, header.key_counts);
  Put(bytes, kMinKeyAt, header.min_key_bytes);
  Put(bytes, kMaxKeyAt, header.max_key_bytes);
  Put(bytes, kMaxStrongAt, header.max_strong_records);
  Put(bytes, kMaxWeakAt, header.max_weak_records);
  Put(bytes, kKindsAt, header.kinds);
  Put(bytes, kLayerAt, header.layer);
  Put(bytes, kLedgerAt, header.ledger);
  Put(bytes, kPreviousAt, header.previous);
  std::memcpy(bytes.data() + kRegionAt, header.region.data(), std::min<std::size_t>(header.region.size(), 2));
  std::uint64_t total = kIndexHeaderBytes;
  for (std::size_t i = 0; i < kSectionCount; ++i) {
    Put(bytes, kSectionSizesAt + 8 * i, std::uint64_t{sections.bytes[i].size()});
    total += Aligned(sections.bytes[i].size());
  }
  Put(bytes, kFileBytesAt, total);
  return bytes;
}

IndexHeader DecodeFields(std::string_view bytes) {
  IndexHeader header;
  header.id = Take<IndexId>(bytes, kIdAt);
  header.built_at = Take<std::int64_t>(bytes, kBuiltAt);
  header.records = Take<std::uint32_t>(bytes, kRecordsAt);
  header.last_record = Take<std::uint32_t>(bytes, kLastRecordAt);
  header.strong_cells = Take<std::uint64_t>(bytes, kStrongCellsAt);
  header.weak_cells = Take<std::uint64_t>(bytes, kWeakCellsAt);
  header.pairs = Take<std::uint64_t>(bytes, kPairsAt);
  header.word_counts = Take<std::uint16_t>(bytes, kWordCountsAt);
  header.key_counts = Take<std::uint16_t>(bytes, kKeyCountsAt);
  header.min_key_bytes = Take<std::uint16_t>(bytes, kMinKeyAt);
  header.max_key_bytes = Take<std::uint16_t>(bytes, kMaxKeyAt);
  header.max_strong_records = Take<std::uint32_t>(bytes, kMaxStrongAt);
  header.max_weak_records = Take<std::uint32_t>(bytes, kMaxWeakAt);
  header.kinds = Take<std::uint16_t>(bytes, kKindsAt);
  header.layer = Take<std::uint32_t>(bytes, kLayerAt);
  header.ledger = Take<IndexId>(bytes, kLedgerAt);
  header.previous = Take<Seal>(bytes, kPreviousAt);
  if (bytes[kRegionAt] != '\0') header.region = std::string(bytes.substr(kRegionAt, 2));
  return header;
}

base::Error Damaged(const std::string& what) {
  return {base::ErrorCode::kDataLoss, "the customer index is damaged: " + what + "; build or copy it again"};
}

bool HasSum(std::string_view bytes, std::string_view expected) {
  const auto sum = Checksum(bytes);
  return std::memcmp(sum.data(), expected.data(), expected.size()) == 0;
}

base::Result<void> CheckHeader(std::string_view file) {
  if (file.size() < kMagic.size() || !file.starts_with(kMagic)) {
    return base::Error{base::ErrorCode::kInvalidArgument, "not a customer index; make one with vigie index build"};
  }
  if (file.size() < kIndexHeaderBytes) return Damaged("it is cut off in its header");
  const auto version = Take<std::uint32_t>(file, kVersionAt);
  if (version != kIndexFormatVersion) {
    return base::Error{base::ErrorCode::kUnsupported, "the customer index has format version " +
                                                          std::to_string(version) + ", this program reads version " +
                                                          std::to_string(kIndexFormatVersion) +
                                                          "; build it with this program"};
  }
  if (!HasSum(file.substr(0, kHeaderSumAt), file.substr(kHeaderSumAt, 32)))
    return Damaged("the checksum of its header is wrong");
  if (Take<std::uint32_t>(file, kHeaderBytesAt) != kIndexHeaderBytes) return Damaged("its header has another length");
  const auto bytes = Take<std::uint64_t>(file, kFileBytesAt);
  if (bytes < kIndexHeaderBytes || bytes > file.size()) {
    return Damaged("it has " + std::to_string(file.size()) + " bytes, not those that its header states");
  }
  return {};
}

// Of one layer. Every section begins at a multiple of the alignment.
base::Result<IndexSections> CutSections(std::string_view layer) {
  IndexSections sections;
  std::uint64_t offset = kIndexHeaderBytes;
  for (std::size_t i = 0; i < kSectionCount; ++i) {
    const auto size = Take<std::uint64_t>(layer, kSectionSizesAt + 8 * i);
    if (size > layer.size() - offset || Aligned(size) > layer.size() - offset)
      return Damaged("a section leaves the file");
    sections.bytes[i] = layer.substr(offset, size);
    offset += Aligned(size);
  }
  if (offset != layer.size()) return Damaged("its sections do not fill the file");
  return sections;
}

// The layer at the beginning of `file`; `file` loses it.
base::Result<OpenedIndex> TakeLayer(std::string_view& file) {
  if (auto header = CheckHeader(file); !header) return header.error();
  const std::string_view layer = file.substr(0, Take<std::uint64_t>(file, kFileBytesAt));
  file.remove_prefix(layer.size());
  OpenedIndex opened;
  opened.header = DecodeFields(layer);
  auto sections = CutSections(layer);
  if (!sections) return sections.error();
  opened.sections = *sections;
  opened.sealed = layer.substr(0, kSealAt);
  opened.seal = Take<Seal>(layer, kSealAt);
  if (!HasSum(layer.substr(kIndexHeaderBytes), layer.substr(kPayloadSumAt, 32))) {
    return Damaged("the checksum of its content is wrong");
  }
  return opened;
}

}  // namespace

std::string EncodeIndex(const IndexHeader& header, const IndexSections& sections, const CellHasher& hasher) {
  std::string file = EncodeFields(header, sections);
  for (const std::string_view section : sections.bytes) {
    file.append(section);
    file.resize(Aligned(file.size()), '\0');
  }
  Put(file, kPayloadSumAt, Checksum(std::string_view(file).substr(kIndexHeaderBytes)));
  Put(file, kSealAt, hasher.Seal(std::string_view(file).substr(0, kSealAt)));
  Put(file, kHeaderSumAt, Checksum(std::string_view(file).substr(0, kHeaderSumAt)));
  return file;
}

Seal SealOf(std::string_view layer) {
  return Take<Seal>(layer, kSealAt);
}

base::Result<std::vector<OpenedIndex>> DecodeIndex(std::string_view file) {
  std::vector<OpenedIndex> layers;
  do {
    auto layer = TakeLayer(file);
    if (!layer) return layer.error();
    const IndexHeader& header = layer->header;
    if (layers.empty() && header.layer != 0) {
      return base::Error{base::ErrorCode::kInvalidArgument,
                         "this is a delta, not a customer index; add it to its index with vigie index apply"};
    }
    const bool fits = layers.empty() || (header.layer == layers.size() && header.id == layers[0].header.id &&
                                         header.previous == layers.back().seal);
    if (!fits) return Damaged("a delta in it was not made for what is below");
    layers.push_back(*std::move(layer));
  } while (!file.empty());
  return layers;
}

base::Result<OpenedIndex> DecodeDelta(std::string_view file) {
  auto delta = TakeLayer(file);
  if (!delta) return delta.error().Wrap("delta");
  if (!file.empty()) return Damaged("something follows after the end").Wrap("delta");
  if (delta->header.layer == 0) {
    return base::Error{base::ErrorCode::kInvalidArgument, "this is a whole customer index, not a delta"};
  }
  return delta;
}

std::string HexOf(std::span<const std::byte> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const std::byte byte : bytes) {
    hex.push_back(kDigits[std::to_integer<std::size_t>(byte >> 4)]);
    hex.push_back(kDigits[std::to_integer<std::size_t>(byte & std::byte{15})]);
  }
  return hex;
}

}  // namespace vigie::customers
