#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/content/extract/archive_input.h"
#include "core/content/extract/container_format.h"
#include "vigie/v1/finding.pb.h"

struct archive;        // of <archive.h>
struct archive_entry;  // of <archive_entry.h>

namespace vigie::content {

// Walks the entries of one container, through libarchive, in place: the input is read at need, nothing is written
// anywhere. An input must outlive its reader. Not thread-safe.
class ArchiveReader {
 public:
  struct Entry {
    std::string name;          // UTF-8 where the container says so, else its bytes
    std::string other_names;   // what links point to, owners: one on a line, each line ended
    bool has_content = false;  // false for directories, links and devices
    bool encrypted = false;
    bool follows_damage = false;  // bytes before it were not understood
  };
  // What went wrong: corrupt, encrypted, unsupported, unreadable, or too_large if it wants more memory than there is;
  // nothing = all entries were walked, or no trouble.
  using Trouble = std::optional<v1::Reason>;

  // A zip whose input can seek is read by its directory, others entry by entry; `in_order` asks for the latter.
  ArchiveReader(ArchiveInput& input, ContainerFormat format, bool in_order = false);
  ~ArchiveReader();
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;

  // The next entry; nothing at the end, and when nothing more can be read: see trouble().
  std::optional<Entry> Next();
  // The content of the current entry, unpacked, in order; 0 = its end, or trouble() with this entry.
  std::size_t Read(std::span<char> into);
  // The last Next or Read stopped for this reason.
  Trouble trouble() const { return trouble_; }

  // How many bytes of the input were used, of formats that are read in order. What follows belongs to no entry once
  // Next has found no more.
  std::uint64_t ConsumedBytes() const;

 private:
  struct Callbacks;
  bool Open(bool in_order);
  void SupportFormat(bool in_order);
  void NoteTrouble();
  Entry Describe(archive_entry* header) const;

  ContainerFormat format_;
  ArchiveInput& input_;
  archive* archive_;
  bool open_ = false;
  bool must_end_ = false;  // nothing more can be read behind what failed
  Trouble trouble_;
};

}  // namespace vigie::content
