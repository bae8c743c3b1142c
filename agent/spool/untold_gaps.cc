#include "agent/spool/untold_gaps.h"

#include <algorithm>
#include <utility>

#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"

namespace vigie::agent::spool {

v1::Gap MakeGap(const std::string& reason, base::SystemTime at) {
  constexpr std::size_t kMostOfAReason = 256;
  v1::Gap gap;
  gap.set_sensor("spool");
  gap.set_reason(reason.substr(0, kMostOfAReason));
  *gap.mutable_from() = contract::ToProto(at);
  *gap.mutable_until() = contract::ToProto(at);
  return gap;
}

void Widen(v1::Gap& gap, base::SystemTime at) {
  *gap.mutable_from() = contract::ToProto(std::min(contract::FromProto(gap.from()), at));
  *gap.mutable_until() = contract::ToProto(std::max(contract::FromProto(gap.until()), at));
}

void AddNeverSent(v1::Gap& gap, const EventKey& key) {
  if (gap.never_sent_size() > 0) {
    v1::SequenceRange& last = *gap.mutable_never_sent(gap.never_sent_size() - 1);
    if (last.boot_epoch() == key.boot_epoch && last.last() + 1 == key.sequence) return last.set_last(key.sequence);
  }
  v1::SequenceRange& range = *gap.add_never_sent();
  range.set_boot_epoch(key.boot_epoch);
  range.set_first(key.sequence);
  range.set_last(key.sequence);
}

void Fold(v1::Gap& gap, const v1::Gap& more) {
  Widen(gap, contract::FromProto(more.from()));
  Widen(gap, contract::FromProto(more.until()));
  gap.set_lost(gap.lost() + more.lost());
  gap.mutable_never_sent()->MergeFrom(more.never_sent());
}

std::vector<v1::Gap> Divide(v1::Gap gap) {
  std::vector<v1::SequenceRange> ranges(gap.never_sent().begin(), gap.never_sent().end());
  std::ranges::sort(ranges, {}, [](const auto& range) { return std::pair(range.boot_epoch(), range.first()); });
  gap.clear_never_sent();
  std::vector<v1::Gap> gaps = {gap};
  gap.clear_lost();
  for (const v1::SequenceRange& range : ranges) {
    auto& told = *gaps.back().mutable_never_sent();
    const bool touches = !told.empty() && told.rbegin()->boot_epoch() == range.boot_epoch() &&
                         range.first() <= told.rbegin()->last() + 1;
    if (touches) {
      told.rbegin()->set_last(std::max(told.rbegin()->last(), range.last()));
      continue;
    }
    if (told.size() == contract::kMaxGapRanges) gaps.push_back(gap);
    *gaps.back().add_never_sent() = range;
  }
  return gaps;
}

void UntoldGaps::Learn(const v1::Gap& kept) {
  const auto known = std::ranges::find(gaps_, kept.reason(), &v1::Gap::reason);
  if (known == gaps_.end()) return void(Add(kept));
  if (kept.lost() > known->lost()) *known = kept;
}

const v1::Gap& UntoldGaps::Add(const v1::Gap& gap) {
  auto known = std::ranges::find(gaps_, gap.reason(), &v1::Gap::reason);
  if (known == gaps_.end() && gaps_.size() >= kMost) known = gaps_.end() - 1;
  if (known == gaps_.end()) return gaps_.emplace_back(gap);
  Fold(*known, gap);
  return *known;
}

}  // namespace vigie::agent::spool
