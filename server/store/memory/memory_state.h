#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/evidence/collector_chain.h"
#include "server/audit_chain.h"
#include "server/event_columns.h"
#include "server/store.h"

namespace vigie::server {

struct MemoryEvent {
  EventColumns columns;
  std::string host;
  v1::Event event;
  evidence::Digest leaf{};
  std::uint64_t batch = 0;
};

// The collector's chain of events; an event's position is its place, from 1 on.
struct MemoryChain {
  evidence::ChainPlace place;
  std::map<std::int64_t, v1::EvidenceHead> heads{{0, evidence::MakeHead({}, {})}};
  std::vector<v1::EvidenceBatch> batches;
  std::map<std::string, v1::EvidenceCertificate> certificates;
};

struct MemoryLine {
  std::deque<WaitingMessage> waiting;
  std::uint64_t last_number = 0;
  std::uint64_t delivered = 0;
  std::uint64_t dropped = 0;
  std::optional<base::SystemTime> last_delivered_at;
};

// All that a store keeps, as values: a transaction works on a copy.
struct MemoryState {
  std::vector<MemoryEvent> events;                     // in order of arrival
  std::map<std::string, std::size_t> event_positions;  // id → place in events
  std::map<std::pair<std::string, std::uint64_t>, std::uint64_t> high_water_marks;
  std::map<std::pair<std::string, std::uint64_t>, SequenceRanges> ahead;
  std::vector<v1::GapReport> gaps;      // in order of notice
  std::vector<v1::Incident> incidents;  // in order of opening
  std::map<std::string, std::set<std::size_t>> incident_events;
  std::map<std::string, AgentRecord> agents;
  std::map<RollupCell, ChannelFigures> rollups;
  std::map<std::uint32_t, PolicyRecord> policies;
  std::vector<v1::Ring> rings;                 // in order
  std::map<std::string, ApiToken> api_tokens;  // by hash
  std::map<std::string, EnrollmentToken> enrollment_tokens;
  std::vector<AuditRow> audit;
  std::map<std::string, std::vector<v1::IncidentEntry>> incident_entries;  // by incident, in order
  std::vector<v1::Dossier> dossiers;                                       // in order of making
  std::vector<v1::UnmaskRequest> unmasks;                                  // in order of asking
  std::map<std::string, v1::SavedSearch> searches;                         // by id
  std::size_t searches_ever = 0;
  std::map<std::string, MemoryLine> outbox;  // by destination
  std::map<std::string, std::string> notes;
  std::map<std::string, User> users;  // by NameKey
  MemoryChain chain;
};

CellEvents EventsOf(const MemoryState& state, const RollupCell& cell);

}  // namespace vigie::server
