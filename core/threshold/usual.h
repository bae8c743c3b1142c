#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace vigie::threshold {

// What is usual, by robust statistics: up to half of the days may be anything without moving it far.
struct Usual {
  std::uint64_t days = 0;
  double median = 0;
  // 1.4826 median absolute deviations (a standard deviation, were the days normally distributed), but at least a tenth
  // of the median, and 1: days that are all alike do not make the smallest difference an alarm.
  double scale = 1;

  double DeviationsOf(std::uint64_t measured) const { return (static_cast<double>(measured) - median) / scale; }
  // The greatest value that is not more than `deviations` above the median.
  std::uint64_t LimitAt(double deviations) const;
};

// A value and how often it is there.
using ValueCounts = std::map<std::uint64_t, std::uint64_t>;
// Of an even number of values the median is the mean of the two in the middle. Nothing is usual of no values: 0 days.
Usual UsualOf(const ValueCounts& values);

// The days of one subject: for each on which it did something, the highest value that its measure had. UTC. 8 bytes a
// day, and as many again at most for which its vector has room; values beyond 2^24 are kept to 24 binary digits. Not
// thread-safe.
class DailyPeaks {
 public:
  struct Day {
    std::int32_t day = 0;  // since 1970
    float peak = 0;
    std::uint64_t value() const { return static_cast<std::uint64_t>(peak); }
  };
  enum class Raised { kNot, kIsNew, kIsHigher };
  struct Change {
    Raised raised = Raised::kNot;
    std::uint64_t before = 0;
    std::uint64_t after = 0;
  };
  Change Raise(std::int32_t day, std::uint64_t value);
  void DropBefore(std::int32_t day);
  void DropAfter(std::int32_t day);

  // By day.
  std::span<const Day> days() const { return days_; }

 private:
  std::vector<Day> days_;
};

// The days of the subjects of one group, all together: for each day how many had about which peak. A peak is counted as
// its first five binary digits: exact below 32, else up to 1/16 less. So a group costs at most 1000 counters a day,
// however many are in it. The counters of all days of the range that was asked for last are kept added up, so that a
// comparison in the same range costs the distinct values and the own days, not their product. Not thread-safe.
class GroupPeaks {
 public:
  void Note(std::int32_t day, const DailyPeaks::Change& change);
  void DropBefore(std::int32_t day);
  void DropAfter(std::int32_t day);

  struct Range {
    std::int32_t first = 0;
    std::int32_t last = 0;

    bool Holds(std::int32_t day) const { return day >= first && day <= last; }
    bool operator==(const Range&) const = default;
  };
  struct Others {
    Usual usual;             // of the days of each of the others
    std::uint64_t days = 0;  // on which any of them did something
  };
  // In these days, without the subject's own.
  Others UsualWithout(const DailyPeaks& own, const Range& range);

 private:
  struct Day {
    ValueCounts values;
    std::uint64_t peaks = 0;  // in all
  };
  using Days = std::map<std::int32_t, Day>;

  void Erase(Days::iterator from, Days::iterator to);
  void Merge(const Range& range);

  Days days_;
  std::optional<Range> merged_range_;
  ValueCounts merged_;  // of the days in it
};

}  // namespace vigie::threshold
