#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/base/overwritten_file.h"
#include "platform/base/result.h"

namespace vigie::server::ingest {

// Records one after the other in a file that is begun anew from the front again and again. Each carries its number and
// that of the file's present life (random), and a checksum over all of it: what a former life left behind them, or a
// power cut tore, is none. Not thread-safe.
class JournalFile {
 public:
  // Makes the file, `size` bytes of it, or reads what the last life left.
  static base::Result<JournalFile> Open(const std::string& path, std::uint64_t size);

  // The records of the last life before this process, in order; moves them out.
  std::vector<std::string> TakeFormer() { return std::move(former_); }
  std::uint64_t size() const { return file_.size(); }
  // What a record of so many bytes takes of the file.
  static std::uint64_t Footprint(std::size_t record_bytes);

  // On the disk when it returns: one write, one flush. kInvalidArgument: they do not fit. After an error nothing more
  // may be appended in this life of the process.
  base::Result<void> Append(const std::vector<std::string>& records);
  // Overwrites all that was ever written with zeros, on the disk, and starts over: events are personal data.
  base::Result<void> Erase();
  // Forgets all records: the next Append begins at the front. Nothing is written before that.
  void StartOver();

 private:
  explicit JournalFile(base::OverwrittenFile file);

  base::OverwrittenFile file_;
  std::vector<std::string> former_;
  std::uint64_t life_ = 0;
  std::uint64_t next_number_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace vigie::server::ingest
