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
constexpr std::size_t kSectionSizesAt = 96;  // five of eight bytes
constexpr std::size_t kRegionAt = 136;
constexpr std::size_t kPayloadSumAt = 160;
constexpr std::size_t kSealAt = 192;
constexpr std::size_t kHeaderSumAt = 224;

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
  std::memcpy(bytes.data() + kRegionAt, header.region.data(), std::min<std::size_t>(header.region.size(), 2));
  std::uint64_t total = kIndexHeaderBytes;
  for (std::size_t i = 0; i < kSectionCount; ++i) {
    Put(bytes, kSectionSizesAt + 8 * i, std::uint64_t{sections.bytes[i].size()});
    total += sections.bytes[i].size();
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
                                                          std::to_string(version) +
                                                          ", this program reads version 1; build it with this program"};
  }
  if (!HasSum(file.substr(0, kHeaderSumAt), file.substr(kHeaderSumAt, 32)))
    return Damaged("the checksum of its header is wrong");
  if (Take<std::uint32_t>(file, kHeaderBytesAt) != kIndexHeaderBytes) return Damaged("its header has another length");
  if (Take<std::uint64_t>(file, kFileBytesAt) != file.size()) {
    return Damaged("it has " + std::to_string(file.size()) + " bytes, not those that its header states");
  }
  return {};
}

base::Result<IndexSections> CutSections(std::string_view file) {
  IndexSections sections;
  std::uint64_t offset = kIndexHeaderBytes;
  for (std::size_t i = 0; i < kSectionCount; ++i) {
    const auto size = Take<std::uint64_t>(file, kSectionSizesAt + 8 * i);
    if (size > file.size() - offset) return Damaged("a section leaves the file");
    sections.bytes[i] = file.substr(offset, size);
    offset += size;
  }
  if (offset != file.size()) return Damaged("its sections do not fill the file");
  return sections;
}

}  // namespace

std::string EncodeIndex(const IndexHeader& header, const IndexSections& sections, const CellHasher& hasher) {
  std::string file = EncodeFields(header, sections);
  for (const std::string_view section : sections.bytes) file.append(section);
  Put(file, kPayloadSumAt, Checksum(std::string_view(file).substr(kIndexHeaderBytes)));
  Put(file, kSealAt, hasher.Seal(std::string_view(file).substr(0, kSealAt)));
  Put(file, kHeaderSumAt, Checksum(std::string_view(file).substr(0, kHeaderSumAt)));
  return file;
}

base::Result<OpenedIndex> DecodeIndex(std::string_view file) {
  if (auto header = CheckHeader(file); !header) return header.error();
  OpenedIndex opened;
  opened.header = DecodeFields(file);
  auto sections = CutSections(file);
  if (!sections) return sections.error();
  opened.sections = *sections;
  opened.sealed = file.substr(0, kSealAt);
  opened.seal = Take<std::array<std::byte, 32>>(file, kSealAt);
  if (!HasSum(file.substr(kIndexHeaderBytes), file.substr(kPayloadSumAt, 32))) {
    return Damaged("the checksum of its content is wrong");
  }
  return opened;
}

std::string HexOf(const IndexId& id) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const std::byte byte : id) {
    hex.push_back(kDigits[std::to_integer<std::size_t>(byte >> 4)]);
    hex.push_back(kDigits[std::to_integer<std::size_t>(byte & std::byte{15})]);
  }
  return hex;
}

}  // namespace vigie::customers
