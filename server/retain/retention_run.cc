#include "server/retain/retention_run.h"

#include <algorithm>
#include <set>

#include "proto/contract/time_conversion.h"

namespace vigie::server::retain {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::uint32_t kEventsAtATime = 1000;

Error Stopped() {
  return {ErrorCode::kCancelled, "the collector is stopping: retention goes on after the next start"};
}

std::string AgeName(std::chrono::nanoseconds keep) {
  return contract::FormatDuration(keep);
}

v1::AuditEntry EntryOf(const std::string& method, const std::string& asked, const std::string& outcome) {
  v1::AuditEntry entry;
  entry.set_who("collector");
  entry.set_method(method);
  entry.set_access(v1::AUDIT_ACCESS_CHANGE);
  entry.set_asked(asked);
  entry.set_outcome(outcome);
  return entry;
}

}  // namespace

Result<v1::RunRetentionResponse> RetentionRun::All() {
  if (auto loaded = LoadProgress(); !loaded) return loaded.error();
  if (auto taken = TakeReleased(); !taken) return taken.error();
  std::set<std::chrono::nanoseconds> ages;
  for (const auto& age : deps_.plan.event_ages()) ages.insert(age.keep);
  for (const auto keep : ages) {
    if (auto swept = Sweep(keep); !swept) return swept.error();
  }
  if (auto taken = TakeIncidents(); !taken) return taken.error();
  if (auto taken = TakeAudit(); !taken) return taken.error();
  if (auto given = GiveSpaceBack(); !given) return given.error();
  if (!announced_) return Response();
  std::string removed;
  for (const auto& [what, count] : counts_) {
    removed += (removed.empty() ? "\"" : ", \"") + what + "\": " + std::to_string(count);
  }
  if (auto told = deps_.record(EntryOf("retention/end", "{" + removed + "}", "OK")); !told) return told.error();
  return Response();
}

Result<void> RetentionRun::LoadProgress() {
  auto progress = deps_.store.Progress();
  if (!progress) return progress.error();
  progress_ = *std::move(progress);
  if (progress_.plan() == deps_.plan.fingerprint()) return {};
  progress_.Clear();
  progress_.set_plan(deps_.plan.fingerprint());
  return dry_run_ ? Result<void>() : deps_.store.BeginAnew(progress_);
}

// What is removed must be told before it is gone.
Result<void> RetentionRun::Announce() {
  if (announced_ || dry_run_) return {};
  announced_ = true;
  return deps_.record(EntryOf("retention/begin", "{\"plan\": \"" + deps_.plan.fingerprint() + "\"}", "STARTED"));
}

std::vector<std::int64_t> RetentionRun::Victims(const std::vector<Placed>& events, std::chrono::nanoseconds keep,
                                                bool& all_old) {
  std::vector<std::int64_t> victims;
  for (const Placed& placed : events) {
    if (placed.event.agent_id().empty()) continue;  // cannot be read: for the integrity check to find, not to remove
    if (contract::FromProto(placed.event.received_at()) > now_ - keep) {
      all_old = false;
      break;
    }
    const auto* age = deps_.plan.AgeOf(placed.event);
    if (age == nullptr || age->keep != keep) continue;
    what_[placed.position] = age->what;
    victims.push_back(placed.position);
  }
  return victims;
}

// Events that were passed by while an incident was open: their time has come long ago, unless the plan says otherwise.
Result<void> RetentionRun::TakeReleased() {
  if (progress_.sweeps().empty()) return {};
  const auto events = deps_.store.Released(~std::uint32_t{0});
  if (!events) return events.error();
  std::vector<std::int64_t> victims;
  for (const Placed& placed : *events) {
    const auto* age = deps_.plan.AgeOf(placed.event);
    bool old = true;
    if (age == nullptr) continue;
    const auto one = Victims({placed}, age->keep, old);
    victims.insert(victims.end(), one.begin(), one.end());
  }
  return Remove(victims);
}

Result<void> RetentionRun::Sweep(std::chrono::nanoseconds keep) {
  const auto found = std::ranges::find(progress_.sweeps(), AgeName(keep), &v1::RetentionProgress::Sweep::age);
  std::int64_t position = found == progress_.sweeps().end() ? 0 : found->passed();
  for (bool all_old = true; all_old;) {
    const auto events = deps_.store.EventsAfter(position, kEventsAtATime);
    if (!events) return events.error();
    if (events->empty()) break;
    const auto victims = Victims(*events, keep, all_old);
    for (const Placed& placed : *events) {
      if (contract::FromProto(placed.event.received_at()) > now_ - keep) break;
      position = placed.position;
    }
    if (auto removed = Remove(victims); !removed) return removed;
    if (auto saved = SaveSweep(keep, position); !saved) return saved;
    if (!deps_.rest(std::chrono::nanoseconds(0))) return Stopped();
  }
  return {};
}

Result<void> RetentionRun::SaveSweep(std::chrono::nanoseconds keep, std::int64_t passed) {
  if (dry_run_) return {};
  auto* sweeps = progress_.mutable_sweeps();
  auto found = std::ranges::find(*sweeps, AgeName(keep), &v1::RetentionProgress::Sweep::age);
  v1::RetentionProgress::Sweep& sweep = found == sweeps->end() ? *sweeps->Add() : *found;
  if (sweep.age() == AgeName(keep) && sweep.passed() == passed) return {};
  sweep.set_age(AgeName(keep));
  sweep.set_passed(passed);
  return deps_.store.SaveProgress(progress_);
}

void RetentionRun::Count(std::span<const std::int64_t> positions, const std::vector<bool>& held) {
  for (std::size_t i = 0; i < positions.size(); ++i) {
    held[i] ? ++held_ : ++counts_[what_[positions[i]]];
    what_.erase(positions[i]);
  }
}

Result<void> RetentionRun::Remove(const std::vector<std::int64_t>& positions) {
  if (positions.empty()) return {};
  if (dry_run_) {
    std::vector<bool> held(positions.size());
    for (std::size_t i = 0; i < positions.size(); ++i) {
      const auto is_held = deps_.store.CountHeld({&positions[i], 1});
      if (!is_held) return is_held.error();
      held[i] = *is_held > 0;
    }
    Count(positions, held);
    return {};
  }
  if (auto told = Announce(); !told) return told;
  for (std::span<const std::int64_t> left(positions); !left.empty();) {
    const auto removed = deps_.store.RemoveEvents(left, kBudget);
    if (!removed) return removed.error();
    longest_ = std::max(longest_, removed->took);
    Count(left.first(removed->passed), removed->held);
    left = left.subspan(removed->passed);
    if (!deps_.rest(removed->took)) return Stopped();
  }
  return {};
}

Result<void> RetentionRun::TakeIncidents() {
  const auto* age = deps_.plan.closed_incidents();
  if (age == nullptr) return {};
  const auto closed = deps_.store.ClosedIncidents(now_ - age->keep);
  if (!closed) return closed.error();
  counts_[age->what] += dry_run_ ? closed->size() : 0;
  if (dry_run_ || closed->empty()) return {};
  if (auto told = Announce(); !told) return told;
  for (std::span<const std::string> left(*closed); !left.empty();) {
    const auto removed = deps_.store.RemoveIncidents(left, kBudget);
    if (!removed) return removed.error();
    longest_ = std::max(longest_, removed->took);
    counts_[age->what] += removed->passed;
    left = left.subspan(removed->passed);
    if (!deps_.rest(removed->took)) return Stopped();
  }
  return {};
}

Result<void> RetentionRun::TakeAudit() {
  const auto* age = deps_.plan.audit();
  if (age == nullptr) return {};
  const auto before = now_ - age->keep;
  v1::AuditEntry removal = EntryOf("", "", "OK");
  *removal.mutable_at() = contract::ToProto(now_);
  const auto cut = dry_run_ ? deps_.store.CountAudit(before) : deps_.store.CutAudit(before, removal);
  if (!cut) return cut.error();
  counts_[age->what] += *cut;
  // Also what a run that was killed has left.
  while (!dry_run_) {
    const auto removed = deps_.store.RemoveCutAudit(kBudget);
    if (!removed) return removed.error();
    if (removed->passed == 0) break;
    longest_ = std::max(longest_, removed->took);
    if (!deps_.rest(removed->took)) return Stopped();
  }
  return {};
}

Result<void> RetentionRun::GiveSpaceBack() {
  if (dry_run_ || !announced_) return {};
  for (;;) {
    const auto more = deps_.store.GiveSpaceBack();
    if (!more) return more.error();
    if (!*more) return {};
    if (!deps_.rest(kBudget)) return Stopped();
  }
}

v1::RunRetentionResponse RetentionRun::Response() const {
  v1::RunRetentionResponse response;
  const auto add = [&](const RetentionPlan::Age* age) {
    if (age == nullptr) return;
    v1::RetentionCount& count = *response.add_counts();
    count.set_what(age->what);
    *count.mutable_keep() = contract::ToProto(age->keep);
    const auto found = counts_.find(age->what);
    count.set_removed(found == counts_.end() ? 0 : found->second);
  };
  for (const auto& age : deps_.plan.event_ages()) add(&age);
  add(deps_.plan.closed_incidents());
  add(deps_.plan.audit());
  response.set_held(held_);
  *response.mutable_longest_hold() = contract::ToProto(longest_);
  return response;
}

}  // namespace vigie::server::retain
