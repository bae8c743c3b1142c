#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/content/byte_source.h"

namespace vigie::content {

// The names of the streams in a compound file (MS-CFB): what old office documents, messages of Outlook and encrypted
// documents are made of.
class CompoundFile {
 public:
  static constexpr std::string_view kSignature{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8};

  struct Entry {
    std::string name;  // its ASCII characters
    std::uint32_t first_sector = 0;
    std::uint64_t bytes = 0;
  };

  // Nothing if its tables are damaged. Looks at kMostEntries at most.
  static std::optional<CompoundFile> Open(ByteSource& source);

  const Entry* Find(std::string_view name) const;
  bool HasNameStartingWith(std::string_view start) const;
  // The first bytes of a stream that is large enough (4096 bytes) to lie in sectors of its own.
  std::string Head(const Entry& entry) const;
  // The sectors of such a stream in their order; as far as the tables lead, each sector once at most.
  std::vector<std::uint32_t> Sectors(const Entry& entry) const;
  unsigned sector_shift() const { return sector_shift_; }
  ByteSource& source() const { return *source_; }

 private:
  static constexpr std::size_t kMostEntries = 4096;
  CompoundFile(ByteSource& source, unsigned sector_shift) : source_(&source), sector_shift_(sector_shift) {}
  std::string ReadSector(std::uint32_t sector) const;
  std::uint32_t Next(std::uint32_t sector) const;
  void ReadTableSectors(const std::string& header);
  void ReadEntries(const std::string& sector);

  ByteSource* source_;
  unsigned sector_shift_;
  std::vector<std::uint32_t> table_sectors_;
  std::vector<Entry> entries_;
};

// One stream of a compound file as bytes that can be read anywhere. The file's source outlives it.
class CompoundStream final : public ByteSource {
 public:
  CompoundStream(const CompoundFile& file, const CompoundFile::Entry& entry);
  base::Result<std::size_t> ReadAt(std::uint64_t offset, std::span<char> into) override;
  std::uint64_t size() const override { return size_; }

 private:
  ByteSource& source_;
  unsigned sector_shift_;
  std::vector<std::uint32_t> sectors_;
  std::uint64_t size_;  // what the tables lead to may be less than the entry says
};

}  // namespace vigie::content
