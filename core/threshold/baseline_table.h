#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/threshold/subject_hash.h"
#include "core/threshold/usual.h"
#include "platform/base/clock.h"
#include "vigie/v1/policy.pb.h"

namespace vigie::threshold {

// What a value was compared with.
struct Comparison {
  std::optional<Usual> own;     // if there are enough days
  std::optional<Usual> others;  // of the group, likewise
  std::uint64_t limit = 0;      // over it is an incident; the greatest number while there is not enough to compare with
};

// One threshold's baselines: what is usual for each subject and for each group. A day's figure is the highest value
// that the measure had in a window that ended on it. A window is compared with the `history` days before the first that
// it touches, so nothing that is judged, nor the rest of its day, is part of what it is judged by; days without
// activity are no days. An incident's day becomes history like any other: as long as fewer than half of the days are
// like it, the median does not follow. Who grows so slowly that half of the history grows along does move it: for such
// a one there is the group, or a threshold without baseline.
//
// Groups are compared only where `per` is the user alone. A late event that is still in the subject's window is part of
// that window, which is noted on its newest day. Among those that are measured among themselves it raises its own day,
// by the fullest window of which it is a part; either way it is judged by the days before its window, as far as they
// are kept. Takes 8 bytes a day, up to 16 while its vector grows, and some 100 for a subject; a group at most 1000
// counters a day, and once as many for all days together. Kept are `history` days and two behind the newest; subjects
// to whom nothing came for as long (by when it was received) are forgotten. The newest day is that of the event that
// came last: a clock that was far ahead and is put right costs the days that were kept then, and no longer.
// Deterministic. Not thread-safe.
class BaselineTable {
 public:
  // `threshold` has a baseline and outlives it.
  explicit BaselineTable(const v1::Threshold& threshold);

  // How far back events matter.
  static std::chrono::days KeptOf(const v1::Baseline& baseline);

  struct Seen {
    std::string_view subject;
    const std::string& group;  // "" = in none
    std::uint64_t measured = 0;
    base::SystemTime begin{};     // of the window
    base::SystemTime end{};       // its newest step
    base::SystemTime received{};  // when the event was
  };
  Comparison Observe(const Seen& seen);

  std::size_t size() const { return subjects_.size(); }

 private:
  struct Subject {
    DailyPeaks peaks;
    std::int32_t touched = 0;  // the table's newest day when it was last added to
  };

  Subject& Find(const Seen& seen);
  std::optional<Usual> OwnUsual(const DailyPeaks& own, const GroupPeaks::Range& range) const;
  Comparison Compare(const Seen& seen, const DailyPeaks& own);
  void Note(const Seen& seen, DailyPeaks& own);
  void ForgetIdle();

  const v1::Threshold& threshold_;
  std::int32_t history_;
  std::int32_t kept_;
  bool own_ = false;
  bool own_is_needed_ = false;
  bool group_ = false;
  bool group_is_needed_ = false;
  SubjectHasher hasher_;
  std::int32_t newest_ = 0;  // day, as far as the last event tells
  std::int32_t looked_ = 0;  // the day on which idle subjects were forgotten last
  std::unordered_map<SubjectHash, Subject, SubjectHash::Bucket> subjects_;
  std::map<std::string, GroupPeaks, std::less<>> groups_;
};

}  // namespace vigie::threshold
