#include "server/store/memory/memory_transaction.h"

#include <algorithm>

#include "proto/contract/time_conversion.h"

namespace vigie::server {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

Error Repeated(std::string_view what) {
  return {ErrorCode::kAlreadyExists, "store: this " + std::string(what) + " is kept already"};
}

}  // namespace

Result<std::uint64_t> MemoryTransaction::HighWaterMark(const std::string& agent_id, std::uint64_t boot_epoch) {
  const auto found = state_.high_water_marks.find({agent_id, boot_epoch});
  return found == state_.high_water_marks.end() ? 0 : found->second;
}

Result<void> MemoryTransaction::SetHighWaterMark(const std::string& agent_id, std::uint64_t boot_epoch,
                                                 std::uint64_t sequence) {
  state_.high_water_marks[{agent_id, boot_epoch}] = sequence;
  return {};
}

Result<void> MemoryTransaction::AppendEvent(const v1::Event& event, const std::string& host, const EventProof& proof) {
  EventColumns columns = ColumnsOf(event);
  if (!state_.event_positions.emplace(columns.id, state_.events.size()).second) return Repeated("event");
  const base::SystemTime at{std::chrono::nanoseconds(columns.at)};
  std::erase_if(state_.rollups, [&](const auto& kept) { return at >= kept.first.from && at < kept.first.until(); });
  const evidence::Digest leaf = evidence::LeafDigest(state_.chain.place.position + 1, proof.digest, event);
  state_.chain.place = evidence::Extend(state_.chain.place, leaf);
  state_.events.push_back({std::move(columns), host, event, leaf, proof.batch});
  if (state_.chain.place.position % evidence::kHeadEvery == 0) return AddHead(contract::FromProto(event.received_at()));
  return {};
}

Result<std::vector<v1::Event>> MemoryTransaction::EventsById(const std::vector<std::string>& ids) {
  std::vector<v1::Event> events;
  for (const std::string& id : ids) {
    const auto found = state_.event_positions.find(id);
    if (found != state_.event_positions.end()) events.push_back(state_.events[found->second].event);
  }
  return events;
}

Result<std::string> MemoryTransaction::NextIncidentId() {
  return "inc-" + std::to_string(state_.incidents.size() + 1);
}

v1::Incident* MemoryTransaction::Find(const std::string& id) {
  const auto found = std::ranges::find(state_.incidents, id, [](const auto& incident) { return incident.id(); });
  return found == state_.incidents.end() ? nullptr : &*found;
}

Result<void> MemoryTransaction::SaveIncident(const v1::Incident& incident,
                                             const std::vector<std::string>& new_event_ids) {
  const bool open = incident.state() == v1::INCIDENT_STATE_OPEN;
  for (const v1::Incident& other : state_.incidents) {
    const bool same_subject = other.rule() == incident.rule() && other.subject() == incident.subject();
    if (open && same_subject && other.id() != incident.id() && other.state() == v1::INCIDENT_STATE_OPEN) {
      return Repeated("open incident");
    }
  }
  v1::Incident* kept = Find(incident.id());
  if (kept == nullptr) kept = &state_.incidents.emplace_back();
  *kept = incident;
  for (const std::string& id : new_event_ids) {
    const auto found = state_.event_positions.find(id);
    if (found != state_.event_positions.end()) state_.incident_events[incident.id()].insert(found->second);
  }
  return {};
}

Result<std::optional<v1::Incident>> MemoryTransaction::FindIncident(const std::string& id) {
  const v1::Incident* found = Find(id);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

Result<std::optional<AgentRecord>> MemoryTransaction::FindAgent(const std::string& id) {
  const auto found = state_.agents.find(id);
  return found == state_.agents.end() ? std::nullopt : std::optional(found->second);
}

Result<void> MemoryTransaction::SaveAgent(const AgentRecord& agent) {
  AgentRecord kept = agent;
  kept.status.clear_connected();
  state_.agents[kept.status.id()] = kept;
  return {};
}

Result<void> MemoryTransaction::SaveRollup(const RollupCell& cell, const CellEvents& seen,
                                           const ChannelFigures& figures) {
  if (EventsOf(state_, cell) == seen) state_.rollups[cell] = figures;
  return {};
}

Result<void> MemoryTransaction::SavePolicy(const PolicyRecord& policy) {
  if (!state_.policies.emplace(policy.version, policy).second) return Repeated("policy version");
  return {};
}

Result<void> MemoryTransaction::SaveRings(const std::vector<v1::Ring>& rings) {
  state_.rings = rings;
  return {};
}

Result<void> MemoryTransaction::AddApiToken(const ApiToken& token) {
  const bool named =
      std::ranges::any_of(state_.api_tokens, [&](const auto& kept) { return kept.second.name == token.name; });
  if (named || !state_.api_tokens.emplace(token.hash, token).second) return Repeated("API token");
  return {};
}

Result<void> MemoryTransaction::RemoveApiToken(const std::string& name) {
  if (std::erase_if(state_.api_tokens, [&](const auto& kept) { return kept.second.name == name; }) > 0) return {};
  return Error{ErrorCode::kNotFound, "there is no API token of this name"};
}

Result<void> MemoryTransaction::AppendAudit(const v1::AuditEntry& entry) {
  const AuditPlace last =
      state_.audit.empty() ? AuditPlace{} : AuditPlace{state_.audit.back().number, state_.audit.back().hash};
  state_.audit.push_back(ChainAudit(last, entry));
  return {};
}

Result<void> MemoryTransaction::AddEnrollmentToken(const EnrollmentToken& token, base::SystemTime now) {
  std::erase_if(state_.enrollment_tokens, [&](const auto& kept) { return kept.second.expires_at <= now; });
  if (state_.enrollment_tokens.size() >= static_cast<std::size_t>(kMaxEnrollmentTokens)) {
    return Error{ErrorCode::kResourceExhausted, "too many enrolment tokens are open: let some expire first"};
  }
  if (!state_.enrollment_tokens.emplace(token.hash, token).second) return Repeated("enrolment token");
  return {};
}

Result<void> MemoryTransaction::UseEnrollmentToken(const std::string& hash, base::SystemTime now) {
  const auto found = state_.enrollment_tokens.find(hash);
  const bool good =
      found != state_.enrollment_tokens.end() && found->second.uses_left > 0 && found->second.expires_at > now;
  if (!good) {
    return Error{ErrorCode::kPermissionDenied,
                 "the enrolment token is not known, used up or expired: create a new one"};
  }
  --found->second.uses_left;
  return {};
}

}  // namespace vigie::server
