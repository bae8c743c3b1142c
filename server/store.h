#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/evidence/event_digest.h"
#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "server/casework.h"
#include "server/event_reader.h"
#include "server/evidence_store.h"
#include "server/outbox.h"
#include "server/retention_store.h"
#include "server/rollups.h"
#include "server/sequence_ranges.h"
#include "server/sightings.h"
#include "server/users.h"
#include "vigie/v1/audit_service.pb.h"
#include "vigie/v1/event.pb.h"
#include "vigie/v1/fleet_service.pb.h"
#include "vigie/v1/incident.pb.h"

// What the collector keeps. Bodies: store/sqlite (the embedded one), store/memory (a fake); tests/contract/store holds
// both to what stands here. Record sets inside events and incidents are kept as the bytes they came in.
namespace vigie::server {

struct AgentRecord {
  v1::AgentStatus status;     // `connected` is not kept
  std::string enrolled_host;  // as said at enrolment; status.host is as said last
};

struct PolicyRecord {
  std::uint32_t version = 0;
  std::string text;  // YAML
  base::SystemTime in_force_since{};
  std::string pushed_by = {};  // name of who did it, or where it came from; empty = of before this was kept
};

// Lets a person or a script call the API; the audit names it. Roles: role_table in api/method_table.h.
struct ApiToken {
  std::string hash;  // credentials::TokenHash
  std::string name;
  std::string role = "admin";
  base::SystemTime created_at{};
};

struct EnrollmentToken {
  std::string hash;  // credentials::TokenHash
  base::SystemTime expires_at{};
  std::uint32_t uses_left = 1;
};

// Changes that take effect together or not at all. Lives only inside Store::Write.
class StoreTransaction : public CaseworkTransaction,
                         public OutboxTransaction,
                         public UserTransaction,
                         public EvidenceTransaction {
 public:
  // The highest sequence of this agent and epoch that was accepted or refused; 0 = none yet.
  virtual base::Result<std::uint64_t> HighWaterMark(const std::string& agent_id, std::uint64_t boot_epoch) = 0;
  virtual base::Result<void> SetHighWaterMark(const std::string& agent_id, std::uint64_t boot_epoch,
                                              std::uint64_t sequence) = 0;
  // What was accepted or refused beyond the high-water mark, before its turn.
  virtual base::Result<SequenceRanges> AheadOf(const std::string& agent_id, std::uint64_t boot_epoch) = 0;
  virtual base::Result<void> SetAhead(const std::string& agent_id, std::uint64_t boot_epoch,
                                      const SequenceRanges& ahead) = 0;
  // Adds to what was not seen or did not arrive. Of missing sequences at most kMaxMissingRanges are kept apart for an
  // agent's epoch; then the last one grows over those that follow.
  virtual base::Result<void> AddGap(const v1::GapReport& gap) = 0;
  // Takes these sequences out of the missing ones of an agent's epoch, and says how many of them were there. What has
  // grown over several holes stays as it is: nobody knows which of its sequences are missing.
  virtual base::Result<std::uint64_t> RemoveMissing(const std::string& agent_id, std::uint64_t boot_epoch,
                                                    const SequenceRanges& sequences) = 0;

  // `host` is where it came from (gaps do not say). kAlreadyExists if the store holds its id.
  virtual base::Result<void> AppendEvent(const v1::Event& event, const std::string& host, const EventProof& proof) = 0;
  // One that its host has not signed.
  base::Result<void> AppendEvent(const v1::Event& event, const std::string& host) {
    return AppendEvent(event, host, {.digest = evidence::EventDigest(event)});
  }
  // In the order of `ids`; those that are not kept are left out. Sees this transaction's own events.
  virtual base::Result<std::vector<v1::Event>> EventsById(const std::vector<std::string>& ids) = 0;

  // "inc-1", "inc-2", …: never given twice to incidents that were saved.
  virtual base::Result<std::string> NextIncidentId() = 0;
  // Saves the whole incident and links the events `new_event_ids` to it (ids that are not kept are skipped). At most
  // one incident may be open for a rule and subject: kAlreadyExists.
  virtual base::Result<void> SaveIncident(const v1::Incident& incident,
                                          const std::vector<std::string>& new_event_ids) = 0;
  virtual base::Result<std::optional<v1::Incident>> FindIncident(const std::string& id) = 0;

  virtual base::Result<std::optional<AgentRecord>> FindAgent(const std::string& id) = 0;
  virtual base::Result<void> SaveAgent(const AgentRecord& agent) = 0;

  // Keeps the figures of a stretch of time, until an event comes to it or leaves it. Does nothing if its events are not
  // those of `seen` any more.
  virtual base::Result<void> SaveRollup(const RollupCell& cell, const CellEvents& seen,
                                        const ChannelFigures& figures) = 0;

  // kAlreadyExists if the version is kept.
  virtual base::Result<void> SavePolicy(const PolicyRecord& policy) = 0;
  // In place of all that are kept, in this order.
  virtual base::Result<void> SaveRings(const std::vector<v1::Ring>& rings) = 0;

  // kAlreadyExists if the hash or the name is kept.
  virtual base::Result<void> AddApiToken(const ApiToken& token) = 0;
  // kNotFound.
  virtual base::Result<void> RemoveApiToken(const std::string& name) = 0;
  // Forgets tokens that ended before `now`. kResourceExhausted at kMaxEnrollmentTokens.
  virtual base::Result<void> AddEnrollmentToken(const EnrollmentToken& token, base::SystemTime now) = 0;
  // Takes one use off. kPermissionDenied, always with the same words, if it is unknown, used up or expired.
  virtual base::Result<void> UseEnrollmentToken(const std::string& hash, base::SystemTime now) = 0;

  // Numbers the entry, chains it to the one before (audit_chain.h) and keeps it for ever, or until retention.
  virtual base::Result<void> AppendAudit(const v1::AuditEntry& entry) = 0;
};

inline constexpr std::int64_t kMaxEnrollmentTokens = 10'000;
inline constexpr std::uint32_t kDefaultPageSize = 100;
inline constexpr std::uint32_t kMaxPageSize = 1000;
// A page ends early when what is in it reaches this size, so that it fits into one message.
inline constexpr std::size_t kMaxPageBytes = std::size_t{3} << 20;

// All given filters hold; unset ones do not count. Gaps match only without user, channel, incident, rule and shadow.
struct EventQuery {
  std::optional<base::SystemTime> since = {};
  std::string user = {};
  std::string host = {};
  v1::Channel channel = v1::CHANNEL_UNSPECIFIED;
  std::string incident_id = {};
  std::string rule = {};  // that decided, as far as stores keep that apart (version 15), or are asked for `shadow`
  bool shadow = false;    // only what a rule in shadow would have done, as far as stores keep that apart (version 13)
  std::uint32_t page_size = kDefaultPageSize;
  std::string page_token = {};
};
struct EventPage {
  std::vector<v1::Event> events;  // oldest first: by time, then arrival
  std::string next_page_token;    // empty = the last page
};

struct IncidentQuery {
  v1::IncidentState state = v1::INCIDENT_STATE_UNSPECIFIED;
  std::uint32_t page_size = kDefaultPageSize;
  std::string page_token = {};
};
struct IncidentPage {
  std::vector<v1::Incident> incidents;  // newest first; whole, with records
  std::string next_page_token;
};

// All given filters hold.
struct AuditQuery {
  std::optional<base::SystemTime> since = {};
  std::string who = {};
  std::string method = {};  // "Service/Method", or only "Service"
  std::uint32_t page_size = kDefaultPageSize;
  std::string page_token = {};
};
struct AuditPage {
  std::vector<v1::AuditEntry> entries;  // oldest first
  std::string next_page_token;
};

inline constexpr std::uint32_t kMaxMissingRanges = 1000;
struct GapQuery {
  std::string agent_id = {};                   // empty = of all
  std::optional<base::SystemTime> since = {};  // that end at or after it
  std::uint32_t page_size = kDefaultPageSize;
  std::string page_token = {};
  bool newest_first = false;
};
struct GapPage {
  std::vector<v1::GapReport>
      gaps;  // in the order in which they were noticed; with newest_first by their end, latest first
  std::string next_page_token;
};

// Reads see what was committed before they began. Thread-safe. A page token that is none of ours: kInvalidArgument.
class Store : public CaseworkStore, public OutboxStore, public UserStore, public EvidenceStore {
 public:
  // Runs `body` in one transaction that is on the disk when this returns, or left no trace if it returns an error. One
  // at a time; not nested. Inside `body`, read through its transaction; reads of the store see the state before it.
  virtual base::Result<void> Write(const std::function<base::Result<void>(StoreTransaction&)>& body) = 0;

  virtual base::Result<EventPage> QueryEvents(const EventQuery& query) = 0;
  // In order of arrival, the events that are at most `window` older than the newest of the same host, or were received
  // at most three windows before the newest event. Stops at the first error that `each` returns, and returns it.
  virtual base::Result<void> ReplayEvents(std::chrono::nanoseconds window,
                                          const std::function<base::Result<void>(const v1::Event&)>& each) = 0;
  virtual base::Result<std::uint64_t> CountEvents() = 0;
  // For questions that take long. The store outlives them.
  virtual base::Result<std::unique_ptr<EventReader>> OpenEvents() = 0;
  virtual base::Result<std::unique_ptr<SightingReader>> OpenSightings() = 0;

  virtual base::Result<IncidentPage> ListIncidents(const IncidentQuery& query) = 0;
  virtual base::Result<std::vector<v1::Incident>> OpenIncidents() = 0;  // and suppressed ones; oldest first
  // The closed ones that have `disarmed`; oldest first.
  virtual base::Result<std::vector<v1::Incident>> DisarmingIncidents() = 0;
  virtual base::Result<std::optional<v1::Incident>> FindIncident(const std::string& id) = 0;

  virtual base::Result<std::vector<AgentRecord>> ListAgents() = 0;  // by host, then id
  // At least the agents that were saved since an earlier call gave `revision`, as they are now; all of them for 0. In
  // any order. Returns the revision to ask with next. Stops at the first error that `each` returns, and returns it.
  using EachAgent = std::function<base::Result<void>(const AgentRecord&)>;
  virtual base::Result<std::uint64_t> EachChangedAgent(std::uint64_t revision, const EachAgent& each) = 0;
  virtual base::Result<std::optional<AgentRecord>> FindAgent(const std::string& id) = 0;

  virtual base::Result<GapPage> ListGaps(const GapQuery& query) = 0;

  virtual base::Result<std::optional<PolicyRecord>> LatestPolicy() = 0;
  virtual base::Result<std::vector<PolicyRecord>> ListPolicies() = 0;  // newest first
  virtual base::Result<std::vector<v1::Ring>> ListRings() = 0;         // in order; empty = none was ever saved
  virtual base::Result<std::optional<ApiToken>> FindApiToken(const std::string& hash) = 0;
  virtual base::Result<std::vector<ApiToken>> ListApiTokens() = 0;  // by name

  virtual base::Result<AuditPage> ListAudit(const AuditQuery& query) = 0;
  // Walks the chain; what is wrong with it is an answer, not an error.
  virtual base::Result<v1::VerifyAuditResponse> VerifyAudit() = 0;

  // For removing what is too old. The store outlives it. kUnsupported if this store keeps everything.
  virtual base::Result<std::unique_ptr<RetentionStore>> OpenRetention() {
    return base::Error{base::ErrorCode::kUnsupported, "this store keeps everything"};
  }
};

}  // namespace vigie::server
