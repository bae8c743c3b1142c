#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
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
  std::uint64_t file = 0;                               // Sample::file
  base::SystemTime received = base::SystemTime::min();  // Sample::received
  const customers::RecordSet* records = nullptr;        // read while it is added
  std::vector<std::size_t> matches;                     // the steps whose `when` it matches, ascending
  bool read_whole = false;                              // everything in it was inspected
  std::uint64_t id = 0;                                 // of its id
  std::uint64_t path = 0;                               // of its file
  std::uint64_t inode = 0;                              // of its file's device and inode
  std::uint64_t process = 0;                            // of pid and start time
  std::vector<std::uint64_t> from_events;               // ids in its lineage, and of what its file was made from
  std::vector<std::uint64_t> from_paths;                // before a rename, of what it is a copy of or was made from
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
// All events of a way are within the window when its last comes. At most 1024 events are kept for a subject, and about
// 8 MiB: beyond, the oldest of those that have reached no step give way, then the oldest, both counted in let_go(). Of
// each event and step the ways of 64 beginnings (512ths of the window) are kept, then the oldest two become one, as if
// they had begun with the younger. An event costs about 300 bytes and its record set, and of each way 60 bytes, 40 for
// each step, and the set that it carries unless that is another's. An event that comes is held against each of the
// others once for each step, and only what it has changed is carried on. Deterministic. Not thread-safe.
class SequenceWindow {
 public:
  static constexpr std::size_t kMostEvents = 1024;
  static constexpr std::size_t kMostWays = 64;
  static constexpr std::size_t kMostBytes = std::size_t{8} << 20;

  // kNothing: of events that came late, in any order, and whose window is each time their own: all are kept until
  // whoever owns it forgets them.
  enum class Expires { kOld, kNothing };
  SequenceWindow(const v1::Threshold& threshold, std::chrono::nanoseconds window, Expires expires = Expires::kOld);

  bool Covers(base::SystemTime at) const;
  // In an earlier step of the window than the newest event.
  bool IsBehind(base::SystemTime at) const { return !events_.empty() && StepAt(at) < newest_step_; }
  // Events that had to give way.
  std::uint64_t let_go() const { return let_go_; }

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
  using Carried = std::shared_ptr<const customers::RecordSet>;
  struct Way {
    std::int64_t begin = 0;  // window step of its first event
    Carried carried;
    std::vector<SequenceStop> stops;
  };
  struct Kept {
    SequenceEvent event;
    Carried records;
    std::vector<std::vector<Way>> ways;  // by step, each by beginning
    bool completed = false;
    std::size_t bytes = 0;
  };
  using Events = std::deque<Kept>;
  using Begins = std::vector<std::int64_t>;       // of ways, sorted
  using Changes = std::map<std::size_t, Begins>;  // by place: the ways of a step that are new or carry more

  std::int64_t StepAt(base::SystemTime at) const;
  void Expire();
  void LetOneGo();
  // Its place.
  std::size_t Insert(const SequenceEvent& event);
  // Moves the ways that `from` has at `step` on to `to`, of those in `only` if given, and adds what it changed.
  void Carry(const Kept& from, std::size_t step, Kept& to, Begins& changed, const Begins* only) const;
  Carried CarriedOn(const Carried& carried, const Kept& to, bool derives) const;
  void Merge(Way way, std::vector<Way>& ways, Begins& changed) const;
  bool EnoughInCommon(const customers::RecordSet& carried, const customers::RecordSet& records) const;
  void Arrive(std::size_t index, std::vector<Changes>& changes);
  void Spread(std::size_t step, std::vector<Changes>& changes);
  void Measure(Kept& kept);

  v1::SequenceLink link_;
  std::size_t steps_;
  std::int64_t step_ns_;
  Expires expires_;
  std::int64_t newest_step_ = 0;
  Events events_;  // by time
  std::size_t bytes_ = 0;
  std::uint64_t let_go_ = 0;
};

}  // namespace vigie::threshold
