#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/overwritten_file.h"
#include "platform/base/result.h"

namespace vigie::server::ingest {

// What anybody who reads one as a whole takes.
inline constexpr std::uint64_t kMostJournalBytes = std::uint64_t{256} << 20;

// What a journal holds that the store may not have.
struct JournalContent {
  std::vector<std::string> records;  // in the order in which they were appended
  // Writes that were durable and cannot be read any more: what was acknowledged in them is lost, unless it was stored.
  std::uint64_t damaged = 0;
};

// Of a file's bytes, whatever they are. A last write that a kill or a power cut tore was never acknowledged: it is
// nothing, and no damage. (Nor can damage to the last write be told from that.)
JournalContent ReadJournal(std::string_view bytes);

// Writes of records, each at a place of its own choosing, in a file that is overwritten again and again. Each carries
// its number, that of the oldest which is still needed, the file's present life, and a checksum over all of it. The
// life is random: nobody who sends a record can make a part of it look like a write. Not thread-safe.
class JournalFile {
 public:
  static constexpr std::uint64_t kBlock = 4096;        // places and lengths are multiples of it
  static constexpr std::uint64_t kBegin = 2 * kBlock;  // what is before says which life it is, twice

  struct Place {
    std::uint64_t offset = 0;  // from kBegin on
    std::uint64_t number = 0;  // of the write; from 1, rising by one
    std::uint64_t needed_from = 0;
  };

  // Makes the file, `size` bytes of it, or reads what the last life of the process left.
  static base::Result<JournalFile> Open(const std::string& path, std::uint64_t size);

  // Moves out what was there.
  JournalContent TakeFormer() { return std::move(former_); }
  std::uint64_t size() const { return file_.size(); }
  // What a record takes of a write, and a write of records that take so many bytes takes of the file.
  static std::uint64_t BytesOf(std::string_view record);
  static std::uint64_t Footprint(std::uint64_t record_bytes);

  // On the disk when it returns. The first one begins a new life: what was there is gone. After an error nothing more
  // may be appended.
  base::Result<void> Append(const std::vector<std::string>& records, const Place& place);
  // Overwrites all that was ever written with zeros, on the disk: events are personal data.
  base::Result<void> Erase();

 private:
  JournalFile(base::OverwrittenFile file, std::string_view bytes);
  base::Result<void> BeginLife();

  base::OverwrittenFile file_;
  JournalContent former_;
  std::uint64_t life_ = 0;  // 0 = nothing was appended yet
  std::uint64_t used_ = 0;  // bytes, from the front, that may be other than zero
};

}  // namespace vigie::server::ingest
