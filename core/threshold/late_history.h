#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <vector>

#include "core/threshold/sliding_window.h"

namespace vigie::threshold {

// The events of one subject that came late: the backlog of a workstation that was offline, in any order, from several
// workstations, the grave ones ahead of the others. Each is measured in the window that ends with it; if that is not
// over, but others of which it is a part and which end with a later event of the history are, in the fullest of these.
// So whatever the order, the last event of a window that is over finds it. What is over is not known here of a
// threshold with a baseline: then it is the fullest of all these, its own among them.
//
// Nothing slides out: all is kept until whoever owns the history forgets it. Its samples take at most 16 MiB (a sample
// 100 bytes and 4 for each customer): beyond, the oldest give way, counted in let_go(). The windows that end where
// backlogs are being read are kept, at most 4: what continues one of them costs as much as the sample holds, another
// sample as much as its window. Looking for a later window that is over costs as much as two windows, and is done only
// when what follows could make one; with a baseline, whenever anything follows. Deterministic. Not thread-safe.
class LateHistory {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{16} << 20;
  static constexpr std::size_t kMostFollowed = 4;

  enum class Answers { kFullestIfOver, kFullest };
  LateHistory(v1::Measure measure, std::chrono::nanoseconds window, std::uint64_t over,
              Answers answers = Answers::kFullestIfOver);

  bool empty() const { return samples_.empty(); }

  struct Added {
    const SlidingWindow* window = nullptr;  // until the next Add
    std::uint64_t measured = 0;
    std::uint64_t before = 0;  // without the sample
  };
  Added Add(const Sample& sample);

  // Samples that had to give way.
  std::uint64_t let_go() const { return let_go_; }

 private:
  struct Kept {
    Sample sample;
    std::vector<customers::RecordId> records;
    std::size_t bytes() const { return sizeof(Kept) + records.size() * sizeof(customers::RecordId); }
  };
  using Samples = std::map<std::int64_t, std::vector<Kept>>;  // by step, in order of arrival
  struct Followed {
    SlidingWindow window;
    std::int64_t end = 0;
  };

  SlidingWindow NewWindow() const { return SlidingWindow(measure_, window_); }
  void Put(std::int64_t from, std::int64_t to, SlidingWindow& window) const;  // both included
  // The window that ends with the step, without the sample that is to come.
  Followed& Follow(std::int64_t step);
  std::uint64_t MostThatFollows(std::int64_t step) const;
  bool MayBeFuller(std::uint64_t measured, std::int64_t step) const;
  // Where the fullest window ends that holds the step, with the sample.
  std::int64_t FullestEnd(std::int64_t step, const Sample& sample) const;
  void Keep(const Sample& sample, std::int64_t step);

  v1::Measure measure_;
  std::chrono::nanoseconds window_;
  std::chrono::nanoseconds step_;
  std::uint64_t over_;
  Answers answers_;
  Samples samples_;
  std::list<Followed> followed_;          // the one used last in front
  std::optional<SlidingWindow> fullest_;  // another one that the last Add answered with
  std::size_t bytes_ = 0;
  std::uint64_t let_go_ = 0;
};

}  // namespace vigie::threshold
