#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "server/ingest/journal_file.h"

namespace vigie::server::ingest {

// What was acknowledged before the store had it: a batch is durable here after one sequential write, for which nobody
// waits but its agent. Whatever has not been released is read again at the next start. The file is filled in parts, one
// after the other; a part is begun anew once all of it has been released. Thread-safe.
class BatchJournal {
 public:
  static constexpr std::size_t kParts = 4;

  // So many of the file's former records are to be released like those of now; there is no room before.
  BatchJournal(JournalFile file, std::uint64_t former);
  // Waits for what is being written; erases the file if all of it has been released.
  ~BatchJournal();

  // Called once, on the journal's thread: with true when the record, and all appended before it, is on the disk. After
  // one false everything later is refused, too: no record is there without those before it.
  using Written = std::function<void(bool)>;
  // The part that it is in. None: there is no room until what is there has been released, or the disk has failed;
  // `written` is not called.
  std::optional<std::size_t> Append(std::string record, Written written);
  // One of what Append took, or the former life left, needs not be kept any more.
  void Release(std::size_t part);
  void ReleaseFormer();

 private:
  // Of what is appended while another one is under way.
  struct Write {
    std::size_t part = 0;
    JournalFile::Place place;
    std::uint64_t record_bytes = 0;
    std::vector<std::string> records;
    std::vector<Written> written;
  };
  struct Part {
    std::uint64_t kept = 0;          // records that are not released
    std::uint64_t first_number = 0;  // of its writes
  };

  std::uint64_t part_bytes() const;
  bool FitsIntoLast(std::uint64_t bytes) const;
  bool BeginWrite(std::uint64_t bytes);
  std::uint64_t NeededFrom(std::uint64_t number) const;
  void Work();
  void Perform(const Write& write);

  JournalFile file_;  // of the thread
  const std::uint64_t size_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Write> pending_;
  std::array<Part, kParts> parts_{};
  std::size_t part_ = 0;   // that is being filled
  std::uint64_t end_ = 0;  // in it, of all that has its place
  std::uint64_t last_number_ = 0;
  std::uint64_t former_ = 0;  // records that are not released
  bool failed_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace vigie::server::ingest
