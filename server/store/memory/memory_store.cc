#include "server/store/memory/memory_store.h"

#include <algorithm>
#include <map>

#include "proto/contract/time_conversion.h"
#include "server/store/memory/memory_readers.h"
#include "server/store/memory/memory_transaction.h"

namespace vigie::server {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

Error Broken() {
  return {ErrorCode::kResourceExhausted, "store: no space left on device"};
}

bool Matches(const MemoryState& state, const EventQuery& query, std::size_t position) {
  const MemoryEvent& kept = state.events[position];
  if (query.since && kept.columns.at < query.since->time_since_epoch().count()) return false;
  if (!query.user.empty() && kept.columns.user != query.user) return false;
  if (!query.host.empty() && kept.host != query.host) return false;
  if (query.channel != v1::CHANNEL_UNSPECIFIED && kept.columns.channel != static_cast<int>(query.channel)) return false;
  if (query.shadow && !kept.event.shadow()) return false;
  if (!query.rule.empty() && kept.event.rule() != query.rule) return false;
  if (query.incident_id.empty()) return true;
  const auto linked = state.incident_events.find(query.incident_id);
  return linked != state.incident_events.end() && linked->second.contains(position);
}

std::vector<PagePosition> MatchingPositions(const MemoryState& state, const EventQuery& query) {
  std::vector<PagePosition> matching;
  for (std::size_t i = 0; i < state.events.size(); ++i) {
    if (Matches(state, query, i)) matching.push_back({state.events[i].columns.at, static_cast<std::int64_t>(i)});
  }
  std::ranges::sort(matching, {}, [](const auto& place) { return std::pair(place.at, place.position); });
  return matching;
}

}  // namespace

Result<std::shared_ptr<const MemoryState>> MemoryStore::Snapshot() const {
  const std::lock_guard lock(mutex_);
  if (failing_reads_) return Broken();
  return state_;
}

void MemoryStore::FailCommits(int count) {
  const std::lock_guard lock(mutex_);
  failing_commits_ = count;
}

void MemoryStore::FailReads(bool fail) {
  const std::lock_guard lock(mutex_);
  failing_reads_ = fail;
}

Result<void> MemoryStore::Write(const std::function<Result<void>(StoreTransaction&)>& body) {
  const std::lock_guard writing(writing_);
  std::shared_ptr<MemoryState> changed;
  {
    const std::lock_guard lock(mutex_);
    changed = std::make_shared<MemoryState>(*state_);
  }
  MemoryTransaction transaction(*changed);
  if (auto done = body(transaction); !done) return done;
  const std::lock_guard lock(mutex_);
  if (failing_commits_ > 0) {
    --failing_commits_;
    return Broken();
  }
  state_ = std::move(changed);
  return {};
}

Result<EventPage> MemoryStore::QueryEvents(const EventQuery& query) {
  const auto state = Snapshot();
  if (!state) return state.error();
  const auto after = query.page_token.empty() ? Result<PagePosition>(PagePosition{}) : ReadPageToken(query.page_token);
  if (!after) return after.error();
  EventPage page;
  PagePosition last;
  std::size_t bytes = 0;
  for (const PagePosition& place : MatchingPositions(**state, query)) {
    const bool seen = std::pair(place.at, place.position) <= std::pair(after->at, after->position);
    if (!query.page_token.empty() && seen) continue;
    const v1::Event& event = (*state)->events[static_cast<std::size_t>(place.position)].event;
    bytes += event.ByteSizeLong();
    if (page.events.size() == EffectivePageSize(query.page_size) || (!page.events.empty() && bytes > kMaxPageBytes)) {
      page.next_page_token = WritePageToken(last);
      break;
    }
    page.events.push_back(event);
    last = place;
  }
  return page;
}

Result<void> MemoryStore::ReplayEvents(std::chrono::nanoseconds window,
                                       const std::function<Result<void>(const v1::Event&)>& each) {
  const auto state = Snapshot();
  if (!state) return state.error();
  std::map<std::string, std::int64_t> newest;
  for (const MemoryEvent& kept : (*state)->events) {
    const auto [entry, fresh] = newest.emplace(kept.host, kept.columns.at);
    if (!fresh) entry->second = std::max(entry->second, kept.columns.at);
  }
  const auto received = [](const v1::Event& event) { return contract::FromProto(event.received_at()); };
  base::SystemTime last = base::SystemTime::min();
  for (const MemoryEvent& kept : (*state)->events) last = std::max(last, received(kept.event));
  for (const MemoryEvent& kept : (*state)->events) {
    const bool is_recent = kept.event.has_received_at() && last - received(kept.event) <= 3 * window;
    if (!is_recent && kept.columns.at < newest[kept.host] - window.count()) continue;
    if (auto done = each(kept.event); !done) return done;
  }
  return {};
}

Result<std::uint64_t> MemoryStore::CountEvents() {
  const auto state = Snapshot();
  if (!state) return state.error();
  return (*state)->events.size();
}

Result<std::unique_ptr<EventReader>> MemoryStore::OpenEvents() {
  auto state = Snapshot();
  if (!state) return state.error();
  return std::unique_ptr<EventReader>(std::make_unique<MemoryEventReader>(*std::move(state)));
}

Result<std::unique_ptr<SightingReader>> MemoryStore::OpenSightings() {
  auto state = Snapshot();
  if (!state) return state.error();
  return std::unique_ptr<SightingReader>(std::make_unique<MemorySightingReader>(*std::move(state)));
}

Result<IncidentPage> MemoryStore::ListIncidents(const IncidentQuery& query) {
  const auto state = Snapshot();
  if (!state) return state.error();
  const auto& incidents = (*state)->incidents;
  const auto before = query.page_token.empty()
                          ? Result<PagePosition>(PagePosition{0, static_cast<std::int64_t>(incidents.size())})
                          : ReadPageToken(query.page_token);
  if (!before) return before.error();
  IncidentPage page;
  std::int64_t last = 0;
  std::size_t bytes = 0;
  const auto newest = std::min(before->position, static_cast<std::int64_t>(incidents.size()));
  for (std::int64_t i = newest - 1; i >= 0; --i) {
    const v1::Incident& incident = incidents[static_cast<std::size_t>(i)];
    if (query.state != v1::INCIDENT_STATE_UNSPECIFIED && incident.state() != query.state) continue;
    bytes += incident.ByteSizeLong();
    if (page.incidents.size() == EffectivePageSize(query.page_size) ||
        (!page.incidents.empty() && bytes > kMaxPageBytes)) {
      page.next_page_token = WritePageToken({0, last});
      break;
    }
    page.incidents.push_back(incident);
    last = i;
  }
  return page;
}

Result<std::vector<v1::Incident>> MemoryStore::OpenIncidents() {
  const auto state = Snapshot();
  if (!state) return state.error();
  std::vector<v1::Incident> open;
  std::ranges::copy_if((*state)->incidents, std::back_inserter(open),
                       [](const auto& incident) { return incident.state() != v1::INCIDENT_STATE_CLOSED; });
  return open;
}

Result<std::vector<v1::Incident>> MemoryStore::DisarmingIncidents() {
  const auto state = Snapshot();
  if (!state) return state.error();
  std::vector<v1::Incident> disarming;
  std::ranges::copy_if((*state)->incidents, std::back_inserter(disarming), [](const auto& incident) {
    return incident.state() == v1::INCIDENT_STATE_CLOSED && incident.has_disarmed();
  });
  return disarming;
}

Result<std::optional<v1::Incident>> MemoryStore::FindIncident(const std::string& id) {
  const auto state = Snapshot();
  if (!state) return state.error();
  const auto found = std::ranges::find((*state)->incidents, id, [](const auto& incident) { return incident.id(); });
  return found == (*state)->incidents.end() ? std::nullopt : std::optional(*found);
}

Result<std::vector<AgentRecord>> MemoryStore::ListAgents() {
  const auto state = Snapshot();
  if (!state) return state.error();
  std::vector<AgentRecord> agents;
  for (const auto& [id, agent] : (*state)->agents) agents.push_back(agent);
  std::ranges::stable_sort(agents, {}, [](const auto& agent) { return agent.status.host(); });
  return agents;
}

Result<std::uint64_t> MemoryStore::EachChangedAgent(std::uint64_t, const EachAgent& each) {
  const auto state = Snapshot();
  if (!state) return state.error();
  for (const auto& [id, agent] : (*state)->agents) {
    if (auto done = each(agent); !done) return done.error();
  }
  return std::uint64_t{1};
}

Result<std::optional<AgentRecord>> MemoryStore::FindAgent(const std::string& id) {
  const auto state = Snapshot();
  if (!state) return state.error();
  const auto found = (*state)->agents.find(id);
  return found == (*state)->agents.end() ? std::nullopt : std::optional(found->second);
}

Result<std::optional<PolicyRecord>> MemoryStore::LatestPolicy() {
  const auto state = Snapshot();
  if (!state) return state.error();
  if ((*state)->policies.empty()) return std::optional<PolicyRecord>();
  return std::optional((*state)->policies.rbegin()->second);
}

Result<std::vector<PolicyRecord>> MemoryStore::ListPolicies() {
  const auto state = Snapshot();
  if (!state) return state.error();
  std::vector<PolicyRecord> policies;
  for (const auto& [version, policy] : (*state)->policies) policies.insert(policies.begin(), policy);
  return policies;
}

Result<std::vector<v1::Ring>> MemoryStore::ListRings() {
  const auto state = Snapshot();
  if (!state) return state.error();
  return (*state)->rings;
}

Result<std::optional<ApiToken>> MemoryStore::FindApiToken(const std::string& hash) {
  const auto state = Snapshot();
  if (!state) return state.error();
  const auto found = (*state)->api_tokens.find(hash);
  return found == (*state)->api_tokens.end() ? std::nullopt : std::optional(found->second);
}

Result<std::vector<ApiToken>> MemoryStore::ListApiTokens() {
  const auto state = Snapshot();
  if (!state) return state.error();
  std::vector<ApiToken> tokens;
  for (const auto& [hash, token] : (*state)->api_tokens) tokens.push_back(token);
  std::ranges::stable_sort(tokens, {}, &ApiToken::name);
  return tokens;
}

Result<AuditPage> MemoryStore::ListAudit(const AuditQuery& query) {
  const auto state = Snapshot();
  if (!state) return state.error();
  const auto after = query.page_token.empty() ? Result<PagePosition>(PagePosition{}) : ReadPageToken(query.page_token);
  if (!after) return after.error();
  AuditPage page;
  for (const AuditRow& row : (*state)->audit) {
    v1::AuditEntry entry;
    if (!entry.ParseFromString(row.entry)) return Error{ErrorCode::kDataLoss, "audit: a row cannot be read"};
    const bool matches = static_cast<std::int64_t>(row.number) > after->position &&
                         (!query.since || contract::FromProto(entry.at()) >= *query.since) &&
                         (query.who.empty() || entry.who() == query.who) && MethodMatches(entry.method(), query.method);
    if (!matches) continue;
    if (page.entries.size() == EffectivePageSize(query.page_size)) {
      page.next_page_token = WritePageToken({0, static_cast<std::int64_t>(page.entries.back().number())});
      break;
    }
    page.entries.push_back(std::move(entry));
  }
  return page;
}

Result<v1::VerifyAuditResponse> MemoryStore::VerifyAudit() {
  const auto state = Snapshot();
  if (!state) return state.error();
  AuditVerifier verifier({});
  AuditPlace head;
  for (const AuditRow& row : (*state)->audit) {
    head = {row.number, row.hash};
    if (!verifier.Take(row)) break;
  }
  return verifier.Finish(head);
}

}  // namespace vigie::server
