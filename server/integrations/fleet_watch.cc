#include "server/integrations/fleet_watch.h"

#include <algorithm>

#include "platform/base/logging.h"
#include "proto/contract/time_conversion.h"

namespace vigie::server::integrations {

using base::Result;

namespace {

const std::string kUnreachable = "unreachable/";
const std::string kGap = "gap/";
constexpr std::string_view kUnreachableWord = "agent_unreachable";
constexpr std::string_view kGapsWord = "agent_gaps";

std::string UnreachableNoteOf(const HealthChange& away) {
  v1::UnreachableNote note;
  note.set_host(away.host);
  *note.mutable_since() = contract::ToProto(away.from);
  return note.SerializeAsString();
}

// That it is back; a note that cannot be read says nothing of where and since when.
HealthChange BackOf(const std::string& agent_id, const std::string& kept, base::SystemTime now) {
  v1::UnreachableNote note;
  if (!note.ParseFromString(kept)) note.Clear();
  return {.what = kUnreachableWord,
          .change = Change::kClosed,
          .agent_id = agent_id,
          .host = note.host(),
          .from = contract::FromProto(note.since()),
          .until = now};
}

HealthChange GapsOf(const std::string& agent_id, const v1::GapNote& note) {
  return {.what = kGapsWord,
          .agent_id = agent_id,
          .host = note.host(),
          .from = contract::FromProto(note.from()),
          .until = contract::FromProto(note.until()),
          .gaps = note.gaps(),
          .lost = note.lost(),
          .sensors = {note.sensors().begin(), note.sensors().end()}};
}

HealthChange Together(const std::vector<HealthChange>& changes) {
  HealthChange all = changes.front();
  all.agent_id.clear();
  all.host.clear();
  all.sensors.clear();
  all.agents = changes.size();
  all.gaps = all.lost = 0;
  for (const HealthChange& change : changes) {
    all.from = std::min(all.from, change.from);
    if (change.until) all.until = std::max(all.until.value_or(*change.until), *change.until);
    all.gaps += change.gaps;
    all.lost += change.lost;
  }
  return all;
}

}  // namespace

FleetWatch::FleetWatch(FleetWatchDeps deps, std::chrono::nanoseconds unreachable_after)
    : deps_(std::move(deps)), unreachable_after_(unreachable_after), since_(deps_.clock.Now()) {
}

void FleetWatch::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { Work(stop); });
}

void FleetWatch::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void FleetWatch::Work(const std::stop_token& stop) {
  bool failed = false;
  while (!stop.stop_requested()) {
    const auto looked = LookOnce();
    if (!looked && !failed) base::LogWarning("integrations: the fleet cannot be looked at: {}", looked.error().message);
    failed = !looked;
    std::unique_lock lock(mutex_);
    stopping_.wait_for(lock, stop, kEvery, [] { return false; });
  }
}

Result<void> FleetWatch::LookOnce() {
  const base::SystemTime now = deps_.clock.Now();
  if (auto read = ReadAgents(now); !read) return read;
  if (auto told = TellUnreachable(now); !told) return told;
  return TellGaps(now);
}

Result<void> FleetWatch::ReadAgents(base::SystemTime now) {
  const auto revision = deps_.store.EachChangedAgent(revision_, [&](const AgentRecord& agent) -> Result<void> {
    Known& known = agents_[agent.status.id()];
    known.host = agent.status.host();
    known.revoked = agent.status.has_revoked_at();
    if (agent.status.has_last_seen_at())
      known.seen_at = std::max(known.seen_at, contract::FromProto(agent.status.last_seen_at()));
    return {};
  });
  if (!revision) return revision.error();
  revision_ = *revision;
  for (const std::string& id : deps_.connected()) {
    const auto known = agents_.find(id);
    if (known != agents_.end()) known->second.seen_at = now;
  }
  return {};
}

bool FleetWatch::IsAway(const Known& agent, base::SystemTime now) const {
  if (agent.revoked || agent.seen_at == base::SystemTime{}) return false;
  return now - std::max(agent.seen_at, since_) > unreachable_after_;
}

std::vector<HealthChange> FleetWatch::AwayOf(base::SystemTime now, const std::unordered_set<std::string>& told) const {
  std::vector<HealthChange> away;
  for (const auto& [id, agent] : agents_) {
    if (told.contains(id) || !IsAway(agent, now)) continue;
    away.push_back({.what = kUnreachableWord, .agent_id = id, .host = agent.host, .from = agent.seen_at});
  }
  std::ranges::sort(away, {}, &HealthChange::agent_id);
  if (away.size() > kMostAtOnce) away.resize(kMostAtOnce);
  return away;
}

Result<void> FleetWatch::Tell(const std::vector<HealthChange>& changes, StoreTransaction& transaction) {
  if (changes.empty()) return {};
  if (changes.size() > kMostApart) return deps_.writer.TellHealth(Together(changes), transaction);
  for (const HealthChange& change : changes) {
    if (auto told = deps_.writer.TellHealth(change, transaction); !told) return told;
  }
  return {};
}

Result<void> FleetWatch::TellUnreachable(base::SystemTime now) {
  const auto notes = deps_.store.ListNotes(kUnreachable);
  if (!notes) return notes.error();
  std::unordered_set<std::string> told;
  std::vector<HealthChange> back;
  for (const auto& [key, note] : *notes) {
    const std::string id = key.substr(kUnreachable.size());
    told.insert(id);
    const auto known = agents_.find(id);
    // Told before this process began, it is away still until it is seen.
    const bool is_back = known == agents_.end() || known->second.revoked || known->second.seen_at >= now;
    if (is_back && back.size() < kMostAtOnce) back.push_back(BackOf(id, note, now));
  }
  const auto away = AwayOf(now, told);
  if (away.empty() && back.empty()) return {};
  auto written = deps_.lane.Run([&](StoreTransaction& transaction) -> Result<void> {
    for (const HealthChange& each : away) {
      auto saved = transaction.SaveNote(kUnreachable + each.agent_id, UnreachableNoteOf(each));
      if (!saved) return saved;
    }
    for (const HealthChange& each : back) {
      if (auto removed = transaction.RemoveNote(kUnreachable + each.agent_id); !removed) return removed;
    }
    auto told_away = Tell(away, transaction);
    return told_away ? Tell(back, transaction) : told_away;
  });
  if (written) deps_.writer.bell().Ring();
  return written;
}

Result<void> FleetWatch::TellGaps(base::SystemTime now) {
  const auto notes = deps_.store.ListNotes(kGap);
  if (!notes) return notes.error();
  const auto is_due = [&](const auto& kept) {
    v1::GapNote note;
    return !note.ParseFromString(kept.second) || contract::FromProto(note.noticed_at()) + kGapsSettle <= now;
  };
  if (std::ranges::none_of(*notes, is_due)) return {};
  auto written = deps_.lane.Run([&](StoreTransaction& transaction) -> Result<void> {
    std::vector<HealthChange> gaps;
    for (const auto& kept : *notes) {
      if (gaps.size() == kMostAtOnce) break;
      if (!is_due(kept)) continue;
      // It may have grown since it was listed.
      const auto latest = transaction.FindNote(kept.first);
      if (!latest) return latest.error();
      v1::GapNote note;
      if (*latest && note.ParseFromString(**latest)) gaps.push_back(GapsOf(kept.first.substr(kGap.size()), note));
      if (auto removed = transaction.RemoveNote(kept.first); !removed) return removed;
    }
    return Tell(gaps, transaction);
  });
  if (written) deps_.writer.bell().Ring();
  return written;
}

}  // namespace vigie::server::integrations
