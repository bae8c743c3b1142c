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
  file.ReadTableSectors(header);
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

// Those that the header names, and for files above 7 MB a chain of sectors with more of them.
void CompoundFile::ReadTableSectors(const std::string& header) {
  for (std::size_t i = 0; i < kTableSectorsInHeader; ++i) table_sectors_.push_back(Number(header, 76 + 4 * i, 4));
  const auto in_sector = (std::size_t{1} << (sector_shift_ - 2)) - 1;
  const auto most = kTableSectorsInHeader + (source_->size() >> (2 * sector_shift_ - 2)) + in_sector;
  auto sector = Number(header, 68, 4);
  while (sector < kLastRegularSector && table_sectors_.size() < most) {
    const auto bytes = ReadSector(sector);
    if (bytes.size() < 4 * (in_sector + 1)) return;
    for (std::size_t i = 0; i < in_sector; ++i) table_sectors_.push_back(Number(bytes, 4 * i, 4));
    sector = Number(bytes, 4 * in_sector, 4);
  }
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

std::vector<std::uint32_t> CompoundFile::Sectors(const Entry& entry) const {
  std::vector<std::uint32_t> sectors;
  if (entry.bytes < kSmallestOwnStream) return sectors;
  // A chain that is a ring ends where the file could hold no more.
  const auto size = std::min(entry.bytes, source_->size());
  const auto wanted = (size + (std::uint64_t{1} << sector_shift_) - 1) >> sector_shift_;
  const auto in_table = std::uint32_t{1} << (sector_shift_ - 2);
  std::string table;
  auto table_read = kLastRegularSector;
  for (auto sector = entry.first_sector; sector < kLastRegularSector && sectors.size() < wanted;) {
    sectors.push_back(sector);
    const auto place = sector / in_table;
    if (place >= table_sectors_.size() || table_sectors_[place] >= kLastRegularSector) break;
    if (table_sectors_[place] != table_read) {
      table_read = table_sectors_[place];
      table = ReadSector(table_read);
    }
    const auto position = std::size_t{4} * (sector % in_table);
    sector = position + 4 <= table.size() ? Number(table, position, 4) : kLastRegularSector;
  }
  return sectors;
}

CompoundStream::CompoundStream(const CompoundFile& file, const CompoundFile::Entry& entry)
    : source_(file.source()),
      sector_shift_(file.sector_shift()),
      sectors_(file.Sectors(entry)),
      size_(std::min<std::uint64_t>(entry.bytes, sectors_.size() << sector_shift_)) {
}

base::Result<std::size_t> CompoundStream::ReadAt(std::uint64_t offset, std::span<char> into) {
  std::size_t done = 0;
  while (done < into.size() && offset < size_) {
    const auto inside = offset & ((std::uint64_t{1} << sector_shift_) - 1);
    const auto left = std::min(size_ - offset, (std::uint64_t{1} << sector_shift_) - inside);
    const auto piece = into.subspan(done, std::min<std::size_t>(into.size() - done, left));
    const auto at = ((std::uint64_t{sectors_[offset >> sector_shift_]} + 1) << sector_shift_) + inside;
    const auto count = source_.ReadAt(at, piece);
    if (!count) return count.error();
    done += *count;
    offset += *count;
    if (*count < piece.size()) break;
  }
  return done;
}

}  // namespace vigie::content
