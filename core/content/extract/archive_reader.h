#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/content/byte_source.h"
#include "vigie/v1/finding.pb.h"

struct archive;        // of <archive.h>
struct archive_entry;  // of <archive_entry.h>

namespace vigie::content {

enum class ContainerFormat { kZip, kGzip };

// Walks the entries of one container, through libarchive, in place: the source is read at need, nothing is written
// anywhere. A source must outlive its reader. Running out of memory is std::bad_alloc. Not thread-safe.
class ArchiveReader {
 public:
  struct Entry {
    std::string name;          // UTF-8, "?" if the container's name is none
    bool has_content = false;  // false for directories, links and devices
    bool encrypted = false;
  };
  // What went wrong: corrupt, encrypted or unsupported; nothing = all entries were walked, or no trouble.
  using Trouble = std::optional<v1::Reason>;

  ArchiveReader(ByteSource& source, ContainerFormat format);
  ~ArchiveReader();
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;

  // The next entry; nothing at the end, and when nothing more can be read: see trouble().
  std::optional<Entry> Next();
  // The content of the current entry, unpacked, in order; 0 = its end, or trouble() with this entry.
  std::size_t Read(std::span<char> into);
  // The last Next or Read stopped for this reason.
  Trouble trouble() const { return trouble_; }

  // Bytes at the end of the source that belong to no entry; known once Next has found no more. Gzip only, else 0.
  std::uint64_t BytesBehindEnd() const;

 private:
  class SourceCallbacks;
  bool Open();
  void NoteTrouble();

  ContainerFormat format_;
  std::uint64_t source_bytes_;
  std::unique_ptr<SourceCallbacks> callbacks_;
  archive* archive_;
  bool open_ = false;
  Trouble trouble_;
};

}  // namespace vigie::content
