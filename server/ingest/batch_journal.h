#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "server/ingest/journal_file.h"

namespace vigie::server::ingest {

// What was acknowledged before the store had it: a batch is durable here after one sequential write, for which nobody
// waits but its agent. Whatever has not been released is read again at the next start. Thread-safe.
class BatchJournal {
 public:
  // So many of the file's former records are to be released like those of now; there is no room before.
  BatchJournal(JournalFile file, std::uint64_t former);
  // Waits for what is being written; erases the file if all of it has been released.
  ~BatchJournal();

  // Called once, on the journal's thread: with true when the record, and all appended before it, is on the disk. After
  // one false everything later is refused, too: no record is there without those before it.
  using Written = std::function<void(bool)>;
  // False: there is no room until what is there has been released, or the disk has failed; `written` is not called.
  bool Append(std::string record, Written written);
  // One of what Append took needs not be kept any more.
  void Release();

 private:
  struct Pending {
    std::string record;
    Written written;
  };
  void Work();
  void Write(std::vector<Pending> group, bool start_over);

  JournalFile file_;  // of the thread
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Pending> pending_;
  std::uint64_t used_ = 0;  // bytes, of what is pending, too
  std::uint64_t kept_ = 0;  // records that are not released
  bool start_over_ = false;
  bool writing_ = false;
  bool failed_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace vigie::server::ingest
