#include "core/threshold/usual.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace vigie::threshold {
namespace {

constexpr double kDeviationsOfNormal = 1.4826;
constexpr double kLeastShareOfMedian = 0.1;
constexpr int kDigitsOfGroup = 5;

std::uint64_t AboutAsInGroup(std::uint64_t value) {
  const int cut = std::max(0, static_cast<int>(std::bit_width(value)) - kDigitsOfGroup);
  return (value >> cut) << cut;
}

// `values` are sorted by value; `count` are in them.
template <typename Counts>
double MedianOf(const Counts& values, std::uint64_t count) {
  std::uint64_t passed = 0;
  double lower = 0;
  bool has_lower = false;
  for (const auto& [value, times] : values) {
    passed += times;
    if (!has_lower && 2 * passed >= count) {
      lower = static_cast<double>(value);
      has_lower = true;
    }
    if (2 * passed > count) return (lower + static_cast<double>(value)) / 2;
  }
  return lower;
}

// Whether there was one.
bool TakeOne(ValueCounts& values, std::uint64_t value) {
  const auto found = values.find(value);
  if (found == values.end()) return false;
  if (--found->second == 0) values.erase(found);
  return true;
}

}  // namespace

std::uint64_t Usual::LimitAt(double deviations) const {
  const double limit = std::floor(median + deviations * scale);
  const double most = std::ldexp(1.0, std::numeric_limits<std::uint64_t>::digits);
  return limit < most ? static_cast<std::uint64_t>(limit) : std::numeric_limits<std::uint64_t>::max();
}

Usual UsualOf(const ValueCounts& values) {
  Usual usual;
  for (const auto& [value, times] : values) usual.days += times;
  if (usual.days == 0) return usual;
  usual.median = MedianOf(values, usual.days);
  std::map<double, std::uint64_t> deviations;
  for (const auto& [value, times] : values) {
    deviations[std::abs(static_cast<double>(value) - usual.median)] += times;
  }
  usual.scale =
      std::max({kDeviationsOfNormal * MedianOf(deviations, usual.days), kLeastShareOfMedian * usual.median, 1.0});
  return usual;
}

DailyPeaks::Change DailyPeaks::Raise(std::int32_t day, std::uint64_t value) {
  const auto place = std::ranges::lower_bound(days_, day, {}, &Day::day);
  const auto peak = static_cast<float>(std::min(value, std::uint64_t{1} << 62));
  if (place == days_.end() || place->day != day) {
    const auto added = days_.insert(place, {day, peak});
    return {Raised::kIsNew, 0, added->value()};
  }
  if (peak <= place->peak) return {};
  const std::uint64_t before = place->value();
  place->peak = peak;
  return {Raised::kIsHigher, before, place->value()};
}

void DailyPeaks::DropBefore(std::int32_t day) {
  const auto kept = std::ranges::lower_bound(days_, day, {}, &Day::day);
  if (kept != days_.begin()) days_.erase(days_.begin(), kept);
}

void DailyPeaks::DropAfter(std::int32_t day) {
  while (!days_.empty() && days_.back().day > day) days_.pop_back();
}

void GroupPeaks::Note(std::int32_t day, const DailyPeaks::Change& change) {
  if (change.raised == DailyPeaks::Raised::kNot) return;
  Day& at = days_[day];
  const bool is_merged = merged_range_ && merged_range_->Holds(day);
  const std::uint64_t before = AboutAsInGroup(change.before);
  if (change.raised == DailyPeaks::Raised::kIsHigher && TakeOne(at.values, before)) {
    --at.peaks;
    if (is_merged) TakeOne(merged_, before);
  }
  ++at.values[AboutAsInGroup(change.after)];
  ++at.peaks;
  if (is_merged) ++merged_[AboutAsInGroup(change.after)];
}

void GroupPeaks::DropBefore(std::int32_t day) {
  Erase(days_.begin(), days_.lower_bound(day));
}

void GroupPeaks::DropAfter(std::int32_t day) {
  Erase(days_.upper_bound(day), days_.end());
}

void GroupPeaks::Erase(Days::iterator from, Days::iterator to) {
  for (auto day = from; day != to; ++day) {
    if (merged_range_ && merged_range_->Holds(day->first)) merged_range_.reset();
  }
  days_.erase(from, to);
}

void GroupPeaks::Merge(const Range& range) {
  if (merged_range_ == range) return;
  merged_.clear();
  for (auto day = days_.lower_bound(range.first); day != days_.end() && day->first <= range.last; ++day) {
    for (const auto& [value, times] : day->second.values) merged_[value] += times;
  }
  merged_range_ = range;
}

GroupPeaks::Others GroupPeaks::UsualWithout(const DailyPeaks& own, const Range& range) {
  Merge(range);
  Others others;
  std::vector<std::uint64_t> taken;
  for (auto day = days_.lower_bound(range.first); day != days_.end() && day->first <= range.last; ++day) {
    const auto mine = std::ranges::lower_bound(own.days(), day->first, {}, &DailyPeaks::Day::day);
    const bool has_mine = mine != own.days().end() && mine->day == day->first;
    if (day->second.peaks > (has_mine ? 1U : 0U)) ++others.days;
    if (has_mine && TakeOne(merged_, AboutAsInGroup(mine->value()))) taken.push_back(AboutAsInGroup(mine->value()));
  }
  others.usual = UsualOf(merged_);
  for (const std::uint64_t value : taken) ++merged_[value];
  return others;
}

}  // namespace vigie::threshold
