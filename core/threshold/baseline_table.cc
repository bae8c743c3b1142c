#include "core/threshold/baseline_table.h"

#include <algorithm>
#include <limits>

#include "proto/contract/time_conversion.h"

namespace vigie::threshold {
namespace {

// The first day that a window touches is at most one before the one in which it ends, and what is late by a day still
// finds the whole history.
constexpr std::chrono::days kMoreThanHistory{2};

constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();

std::int32_t DayOf(base::SystemTime time) {
  return static_cast<std::int32_t>(std::chrono::floor<std::chrono::days>(time).time_since_epoch().count());
}

std::chrono::days HistoryOf(const v1::Baseline& baseline) {
  return std::chrono::duration_cast<std::chrono::days>(contract::FromProto(baseline.history()));
}

bool Names(const v1::Baseline& baseline, v1::BaselineOf what) {
  return std::ranges::find(baseline.of(), static_cast<int>(what)) != baseline.of().end();
}

}  // namespace

std::chrono::days BaselineTable::KeptOf(const v1::Baseline& baseline) {
  return HistoryOf(baseline) + kMoreThanHistory;
}

BaselineTable::BaselineTable(const v1::Threshold& threshold)
    : threshold_(threshold),
      history_(static_cast<std::int32_t>(HistoryOf(threshold.baseline()).count())),
      kept_(static_cast<std::int32_t>(KeptOf(threshold.baseline()).count())) {
  const v1::Baseline& baseline = threshold.baseline();
  const bool any = baseline.of().empty();
  own_is_needed_ = any || Names(baseline, v1::BASELINE_OF_OWN);
  own_ = own_is_needed_;
  group_is_needed_ = Names(baseline, v1::BASELINE_OF_GROUP);
  // With more keys "the others" would be the user's own other subjects.
  const bool of_a_user = threshold.per_size() == 1 && threshold.per(0) == v1::SUBJECT_KEY_USER;
  group_ = group_is_needed_ || (any && of_a_user);
}

Comparison BaselineTable::Observe(const Seen& seen) {
  const std::int32_t day = DayOf(std::max(seen.end, seen.received));
  // Not the greatest there ever was: a clock that was years ahead would make everything too old for years.
  newest_ = seen.received == base::SystemTime::min() ? std::max(newest_, day) : day;
  ForgetIdle();
  Subject& subject = Find(seen);
  Note(seen, subject.peaks);
  if (seen.measured <= threshold_.over()) return {.own = {}, .others = {}, .limit = threshold_.over()};
  return Compare(seen, subject.peaks);
}

BaselineTable::Subject& BaselineTable::Find(const Seen& seen) {
  Subject& subject = subjects_.try_emplace(hasher_(seen.subject), Subject{{}, newest_}).first->second;
  // As if it had been forgotten at once: so what is usual does not depend on when others came.
  if (newest_ - subject.touched > kept_) subject.peaks = {};
  subject.touched = newest_;
  return subject;
}

void BaselineTable::Note(const Seen& seen, DailyPeaks& own) {
  const std::int32_t day = DayOf(seen.end);
  own.DropAfter(newest_);
  const std::int32_t newest = own.days().empty() ? day : std::max(day, own.days().back().day);
  if (day < newest - kept_) return;
  const DailyPeaks::Change change = own.Raise(day, seen.measured);
  own.DropBefore(newest - kept_);
  if (!group_ || seen.group.empty()) return;
  auto group = groups_.find(seen.group);
  if (group == groups_.end()) group = groups_.emplace(seen.group, GroupPeaks()).first;
  group->second.DropAfter(newest_);
  group->second.Note(day, change);
  group->second.DropBefore(newest_ - kept_);
}

std::optional<Usual> BaselineTable::OwnUsual(const DailyPeaks& own, const GroupPeaks::Range& range) const {
  ValueCounts values;
  for (const DailyPeaks::Day& day : own.days()) {
    if (day.day >= range.first && day.day <= range.last) ++values[day.value()];
  }
  const Usual usual = UsualOf(values);
  return usual.days >= threshold_.baseline().at_least() ? std::optional(usual) : std::nullopt;
}

Comparison BaselineTable::Compare(const Seen& seen, const DailyPeaks& own) {
  const v1::Baseline& baseline = threshold_.baseline();
  const std::int32_t last = DayOf(seen.begin) - 1;
  const GroupPeaks::Range range{last - history_ + 1, last};
  Comparison compared{.own = {}, .others = {}, .limit = kNone};
  if (own_) compared.own = OwnUsual(own, range);
  if (own_is_needed_ && !compared.own) return compared;
  const auto group = groups_.find(seen.group);
  if (group_ && group != groups_.end()) {
    // What is too old does not depend on when it was dropped.
    const GroupPeaks::Range kept{std::max(range.first, newest_ - kept_), range.last};
    const GroupPeaks::Others others = group->second.UsualWithout(own, kept);
    if (others.days >= baseline.at_least()) compared.others = others.usual;
  }
  if (group_is_needed_ && !compared.others) return compared;
  compared.limit = threshold_.over();
  for (const auto& usual : {compared.own, compared.others}) {
    if (usual) compared.limit = std::max(compared.limit, usual->LimitAt(baseline.deviation()));
  }
  return compared;
}

void BaselineTable::ForgetIdle() {
  if (looked_ == newest_) return;
  looked_ = newest_;
  for (auto& [hash, subject] : subjects_) subject.touched = std::min(subject.touched, newest_);
  std::erase_if(subjects_, [this](const auto& entry) { return newest_ - entry.second.touched > kept_; });
}

}  // namespace vigie::threshold
