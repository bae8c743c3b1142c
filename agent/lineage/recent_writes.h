#pragma once

#include <condition_variable>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "platform/base/clock.h"
#include "platform/file_events.h"

namespace vigie::agent::lineage {

// Who wrote which file last, for the moment between a file's close and its inspection: whoever opens it then must be
// told by whom it was written. Bounded: the write noted longest ago is forgotten. Thread-safe.
class RecentWrites {
 public:
  explicit RecentWrites(std::size_t capacity = 4096) : capacity_(capacity) {}

  // A file was closed after writing. Called on the sensor's thread: blocks on nothing.
  void Note(const platform::FileEvent& event);

  // The last closing of this file, without its descriptor, if its size was this one (programs that write a temporary
  // name and rename it change the change time). Waits for it until `deadline`: of an open and the close before it, the
  // sensor may tell the open first.
  std::optional<platform::FileEvent> WriteOf(const platform::FileIdentity& file, base::Deadline deadline) const;

 private:
  using Key = std::pair<std::uint64_t, std::uint64_t>;  // device, inode
  struct Write {
    Key key;
    platform::FileEvent event;
  };

  std::optional<platform::FileEvent> Find(const platform::FileIdentity& file) const;

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  mutable std::condition_variable noted_;
  std::list<Write> latest_first_;
  std::map<Key, std::list<Write>::iterator> by_file_;
};

}  // namespace vigie::agent::lineage
