#include "core/evidence/link_check.h"

#include <algorithm>
#include <iterator>

#include "core/evidence/event_digest.h"

namespace vigie::evidence {
namespace {

// Sorted, and those that touch are one.
std::vector<Stretch> United(std::vector<Stretch> stretches) {
  std::ranges::sort(stretches, {}, &Stretch::first);
  std::vector<Stretch> united;
  for (const Stretch& stretch : stretches) {
    if (stretch.first > stretch.last) continue;
    if (!united.empty() && stretch.first <= united.back().last + 1) {
      united.back().last = std::max(united.back().last, stretch.last);
    } else {
      united.push_back(stretch);
    }
  }
  return united;
}

// Divides the hole by what is explained.
void Divide(Stretch hole, const std::vector<Stretch>& explained, LinkReport& report) {
  for (const Stretch& reason : explained) {
    if (reason.last < hole.first) continue;
    if (reason.first > hole.last) break;
    if (reason.first > hole.first) report.unexplained.push_back({hole.first, reason.first - 1});
    const Stretch common{std::max(hole.first, reason.first), std::min(hole.last, reason.last)};
    report.explained.push_back(common);
    if (common.last == hole.last) return;
    hole.first = common.last + 1;
  }
  report.unexplained.push_back(hole);
}

}  // namespace

LinkCheck::LinkCheck(std::string_view agent_id, std::uint64_t boot_epoch) : epoch_(EpochDigest(agent_id, boot_epoch)) {
}

void LinkCheck::Compare(std::uint64_t sequence, std::string_view previous, const Digest& before) {
  if (previous == Bytes(before)) {
    ++report_.held;
  } else {
    report_.broken.push_back(sequence);
  }
}

void LinkCheck::Take(std::uint64_t sequence, std::string_view previous, const Digest& digest) {
  auto after = runs_.upper_bound(sequence);
  const bool known = after != runs_.begin() && std::prev(after)->second.last >= sequence;
  if (known) return report_.repeated.push_back(sequence);
  if (sequence == 1) Compare(sequence, previous, epoch_);
  const auto before = after == runs_.begin() ? runs_.end() : std::prev(after);
  auto run = before;
  if (before != runs_.end() && before->second.last + 1 == sequence) {
    Compare(sequence, previous, before->second.digest);
    before->second.last = sequence;
    before->second.digest = digest;
  } else {
    run = runs_.emplace(sequence, Run{sequence, std::string(previous), digest}).first;
  }
  if (after == runs_.end() || after->first != sequence + 1) return;
  Compare(after->first, after->second.previous, run->second.digest);
  run->second.last = after->second.last;
  run->second.digest = after->second.digest;
  runs_.erase(after);
}

LinkReport LinkCheck::Finish() {
  explained_ = United(std::move(explained_));
  std::uint64_t next = 1;
  for (const auto& [first, run] : runs_) {
    if (first > next) Divide({next, first - 1}, explained_, report_);
    next = run.last + 1;
  }
  std::ranges::sort(report_.broken);
  std::ranges::sort(report_.repeated);
  return std::move(report_);
}

}  // namespace vigie::evidence
