#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "core/policy/compiled_policy.h"
#include "core/threshold/sliding_window.h"
#include "vigie/v1/event.pb.h"

namespace vigie::threshold {

// What links events, of one of them; names are hashed with their host, 0 = none.
struct SequenceEvent {
  base::SystemTime at;
  EventNumber number;
  std::uint64_t accesses = 1;
  std::uint64_t bytes = 0;
  std::uint64_t file = 0;                         // Sample::file
  const customers::RecordSet* records = nullptr;  // read while it is added
  std::vector<std::size_t> matches;               // the steps whose `when` it matches, ascending
  bool read_whole = false;                        // everything in it was inspected
  std::uint64_t id = 0;                           // of its id
  std::uint64_t path = 0;                         // of its file
  std::uint64_t inode = 0;                        // of its file's device and inode
  std::uint64_t process = 0;                      // of pid and start time
  std::vector<std::uint64_t> from_events;         // ids in its lineage, and of what its file was made from
  std::vector<std::uint64_t> from_paths;          // before a rename, of what it is a copy of or was made from
};

// A part of the way that an event of a sequence has gone.
struct SequenceStop {
  std::size_t step = 0;
  EventNumber number;
};

// The events of one subject that may be part of a sequence, within its window, which ends with the newest of them and
// is measured in the steps of SlidingWindow.
//
// An event reaches the first step if it matches its `when`. It reaches the next one if it matches that, and is linked
// to another event that has reached the one before, and is not younger than it (event time decides, not arrival: an
// event that comes late completes what came before it). Two events are linked by one of: the later's lineage names the
// earlier; its file was made, copied or renamed from the earlier's, or is the same inode; it is the same process; or
// it holds enough of the customers that went so far (policy.proto, SequenceLink). File names link nothing, nor do
// parents, which events name only by program: who descends from whom is told by lineage.
//
// Those customers are: of the first step, the event's; then what was carried so far and is in the event too. An event
// that is linked otherwise than by content, and holds no customers or could not be read to its end, carries on all of
// them: an encrypted archive.
//
// All events of a way are within the window when its last comes. At most 1024 events are kept for a subject, the oldest
// give way; of each event and step the ways of 64 beginnings (512ths of the window), then the oldest two become one, as
// if they had begun with the younger. An event costs about 250 bytes, its record set, and of each way the set that it
// carries and 40 bytes a step. Deterministic. Not thread-safe.
class SequenceWindow {
 public:
  static constexpr std::size_t kMostEvents = 1024;
  static constexpr std::size_t kMostWays = 64;

  SequenceWindow(const v1::Threshold& threshold, std::chrono::nanoseconds window);

  bool Covers(base::SystemTime at) const;

  // An event that has reached the last step, anew or with more customers than before.
  struct Completed {
    base::SystemTime at;
    EventNumber number;
    std::uint64_t accesses = 0;
    std::uint64_t bytes = 0;
    std::uint64_t file = 0;
    bool again = false;
    customers::RecordSet records;
    std::vector<SequenceStop> way;  // one of them
  };
  // Only what it covers.
  std::vector<Completed> Add(const SequenceEvent& event);

 private:
  struct Way {
    std::int64_t begin = 0;  // window step of its first event
    customers::RecordSet carried;
    std::vector<SequenceStop> stops;
  };
  struct Kept {
    SequenceEvent event;
    customers::RecordSet records;
    std::vector<std::vector<Way>> ways;  // by step
    bool completed = false;
  };
  using Events = std::deque<Kept>;

  std::int64_t StepAt(base::SystemTime at) const;
  void Expire();
  // Its place.
  std::size_t Insert(const SequenceEvent& event);
  // Moves what `from` carries at `step` on to `to`; whether that brought anything new.
  bool Carry(const Kept& from, std::size_t step, Kept& to) const;
  bool Merge(Way way, std::vector<Way>& ways) const;
  bool EnoughInCommon(const customers::RecordSet& carried, const customers::RecordSet& records) const;
  void Arrive(std::size_t index);
  void Spread(std::size_t index, std::size_t step, std::vector<std::size_t>& completed);

  v1::SequenceLink link_;
  std::size_t steps_;
  std::int64_t step_ns_;
  std::int64_t newest_step_ = 0;
  Events events_;  // by time
};

}  // namespace vigie::threshold
