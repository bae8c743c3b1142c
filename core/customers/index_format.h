#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/customers/cell_hash.h"
#include "platform/base/result.h"

// The file format of a customer index, version 2: a base, and any number of deltas after it. FORMAT.md is its document.
namespace vigie::customers {

inline constexpr std::uint32_t kIndexFormatVersion = 2;
inline constexpr std::size_t kIndexHeaderBytes = 384;
inline constexpr std::size_t kSectionAlignment = 64;

enum class Section : std::size_t { kStrong, kShared, kTokens, kWords, kPairs, kSuperseded, kCanaries };
inline constexpr std::size_t kSectionCount = 7;

using Seal = std::array<std::byte, 32>;

struct IndexHeader {
  IndexId id{};
  IndexId ledger{};               // whose record ids these are
  std::uint32_t layer = 0;        // 0 = the base, n = the nth delta
  Seal previous{};                // the seal of the layer below; zero for the base
  std::int64_t built_at = 0;      // Unix seconds
  std::uint32_t records = 0;      // of the whole directory
  std::uint32_t last_record = 0;  // the highest record id
  std::uint64_t strong_cells = 0;
  std::uint64_t weak_cells = 0;
  std::uint64_t pairs = 0;
  std::uint16_t word_counts = 0;  // bit n: a name or text of n tokens exists
  std::uint16_t key_counts = 0;   // bit n: a strong key of n tokens exists
  std::uint16_t min_key_bytes = 0;
  std::uint16_t max_key_bytes = 0;
  std::uint16_t kinds = 0;  // bit n: strong cells of CellKind n exist
  std::string region;       // "" or two letters
  std::uint32_t max_strong_records = 0;
  std::uint32_t max_weak_records = 0;
};

// What a name or text is: the value of the words section.
inline constexpr std::uint64_t kIsName = 1;
inline constexpr std::uint64_t kIsText = 2;
inline constexpr unsigned kWordsValueBits = 2;

struct IndexSections {
  std::array<std::string_view, kSectionCount> bytes;
  std::string_view operator[](Section section) const { return bytes[static_cast<std::size_t>(section)]; }
};

struct OpenedIndex {
  IndexHeader header;
  IndexSections sections;   // inside the bytes that were opened
  std::string_view sealed;  // what the seal covers
  Seal seal{};
};

// One layer: a base, which is a whole index, or a delta.
std::string EncodeIndex(const IndexHeader& header, const IndexSections& sections, const CellHasher& hasher);

// Of a layer that was just encoded.
Seal SealOf(std::string_view layer);

// Checks magic, version, headers, lengths, sections, checksums, and that each layer was made for the one below:
// kDataLoss for a damaged file, kInvalidArgument for a foreign one or a delta without its index, kUnsupported for a
// version of another build. The seals are the caller's to compare. The base comes first.
base::Result<std::vector<OpenedIndex>> DecodeIndex(std::string_view file);

// The same for a delta by itself.
base::Result<OpenedIndex> DecodeDelta(std::string_view file);

// Of an id or a seal.
std::string HexOf(std::span<const std::byte> bytes);

}  // namespace vigie::customers
