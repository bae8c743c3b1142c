#include "core/content/extract/compound_file.h"

#include <algorithm>

namespace vigie::content {
namespace {

constexpr std::size_t kHeaderBytes = 512;
constexpr std::size_t kEntryBytes = 128;
constexpr std::uint32_t kLastRegularSector = 0xfffffffa;
constexpr std::size_t kTableSectorsInHeader = 109;
constexpr std::uint64_t kSmallestOwnStream = 4096;

std::uint32_t Number(std::string_view bytes, std::size_t position, std::size_t width) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < width && position + i < bytes.size(); ++i) {
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[position + i])) << (8 * i);
  }
  return value;
}

}  // namespace

std::optional<CompoundFile> CompoundFile::Open(ByteSource& source) {
  std::string header(kHeaderBytes, '\0');
  const auto count = source.ReadAt(0, header);
  if (!count || *count < kHeaderBytes || !header.starts_with(kSignature)) return std::nullopt;
  const auto shift = Number(header, 30, 2);
  if (shift != 9 && shift != 12) return std::nullopt;
  CompoundFile file(source, shift);
  // Tables beyond those that the header names are for files above 7 MB; directories lie before them as a rule.
  for (std::size_t i = 0; i < kTableSectorsInHeader; ++i) file.table_sectors_.push_back(Number(header, 76 + 4 * i, 4));
  auto sector = Number(header, 48, 4);
  for (std::size_t steps = 0; sector < kLastRegularSector && steps < kMostEntries / 4; ++steps) {
    const auto bytes = file.ReadSector(sector);
    if (bytes.empty()) break;
    file.ReadEntries(bytes);
    sector = file.Next(sector);
  }
  if (file.entries_.empty()) return std::nullopt;
  return file;
}

std::string CompoundFile::ReadSector(std::uint32_t sector) const {
  const auto size = std::size_t{1} << sector_shift_;
  std::string bytes(size, '\0');
  const auto count = source_->ReadAt((std::uint64_t{sector} + 1) << sector_shift_, bytes);
  if (!count) return {};
  bytes.resize(*count);
  return bytes;
}

std::uint32_t CompoundFile::Next(std::uint32_t sector) const {
  const auto entries_in_sector = std::uint32_t{1} << (sector_shift_ - 2);
  const auto table = sector / entries_in_sector;
  if (table >= table_sectors_.size() || table_sectors_[table] >= kLastRegularSector) return kLastRegularSector;
  const auto bytes = ReadSector(table_sectors_[table]);
  const auto position = std::size_t{4} * (sector % entries_in_sector);
  return position + 4 <= bytes.size() ? Number(bytes, position, 4) : kLastRegularSector;
}

void CompoundFile::ReadEntries(const std::string& sector) {
  for (std::size_t at = 0; at + kEntryBytes <= sector.size() && entries_.size() < kMostEntries; at += kEntryBytes) {
    const auto entry = std::string_view(sector).substr(at, kEntryBytes);
    const auto name_bytes = std::min<std::uint32_t>(Number(entry, 64, 2), 64);
    if (name_bytes < 4 || entry[66] == 0) continue;
    Entry described{.name = {}, .first_sector = Number(entry, 116, 4), .bytes = Number(entry, 120, 4)};
    for (std::size_t i = 0; i + 2 < name_bytes; i += 2) described.name += entry[i + 1] == 0 ? entry[i] : '?';
    entries_.push_back(std::move(described));
  }
}

const CompoundFile::Entry* CompoundFile::Find(std::string_view name) const {
  const auto found = std::ranges::find(entries_, name, &Entry::name);
  return found == entries_.end() ? nullptr : &*found;
}

bool CompoundFile::HasNameStartingWith(std::string_view start) const {
  return std::ranges::any_of(entries_, [start](const Entry& entry) { return entry.name.starts_with(start); });
}

std::string CompoundFile::Head(const Entry& entry) const {
  return entry.bytes < kSmallestOwnStream ? std::string() : ReadSector(entry.first_sector);
}

}  // namespace vigie::content
