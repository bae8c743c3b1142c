#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "platform/sqlite/database.h"
#include "server/store.h"
#include "server/store/sqlite/sqlite_evidence.h"
#include "server/store/sqlite/sqlite_rollups.h"
#include "server/store/sqlite/sqlite_sightings.h"

namespace vigie::server {

// The body of a SqliteStore::Write; one thread.
class SqliteTransaction final : public StoreTransaction {
 public:
  explicit SqliteTransaction(sqlite::Database& database)
      : database_(database), sightings_(database), evidence_(database) {}
  // After the body, before the commit.
  base::Result<void> Finish();
  std::vector<std::string> saved_agents() const;

  base::Result<std::uint64_t> HighWaterMark(const std::string& agent_id, std::uint64_t boot_epoch) override;
  base::Result<void> SetHighWaterMark(const std::string& agent_id, std::uint64_t boot_epoch,
                                      std::uint64_t sequence) override;
  base::Result<SequenceRanges> AheadOf(const std::string& agent_id, std::uint64_t boot_epoch) override;
  base::Result<void> SetAhead(const std::string& agent_id, std::uint64_t boot_epoch,
                              const SequenceRanges& ahead) override;
  base::Result<void> AddGap(const v1::GapReport& gap) override;
  base::Result<std::uint64_t> RemoveMissing(const std::string& agent_id, std::uint64_t boot_epoch,
                                            const SequenceRanges& sequences) override;
  base::Result<void> AppendEvent(const v1::Event& event, const std::string& host, const EventProof& proof) override;
  base::Result<std::vector<v1::Event>> EventsById(const std::vector<std::string>& ids) override;
  base::Result<std::string> NextIncidentId() override;
  base::Result<void> SaveIncident(const v1::Incident& incident, const std::vector<std::string>& new_event_ids) override;
  base::Result<std::optional<v1::Incident>> FindIncident(const std::string& id) override;
  base::Result<std::optional<AgentRecord>> FindAgent(const std::string& id) override;
  base::Result<void> SaveAgent(const AgentRecord& agent) override;
  base::Result<void> SaveRollup(const RollupCell& cell, const CellEvents& seen, const ChannelFigures& figures) override;
  base::Result<void> SavePolicy(const PolicyRecord& policy) override;
  base::Result<void> SaveRings(const std::vector<v1::Ring>& rings) override;
  base::Result<void> AddApiToken(const ApiToken& token) override;
  base::Result<void> RemoveApiToken(const std::string& name) override;
  base::Result<void> AddEnrollmentToken(const EnrollmentToken& token, base::SystemTime now) override;
  base::Result<void> UseEnrollmentToken(const std::string& hash, base::SystemTime now) override;
  base::Result<void> AppendAudit(const v1::AuditEntry& entry) override;
  base::Result<std::uint32_t> AppendIncidentEntry(const v1::IncidentEntry& entry) override;
  base::Result<std::string> NextDossierId() override;
  base::Result<std::optional<v1::Dossier>> FindDossier(const std::string& id) override;
  base::Result<void> SaveDossier(const v1::Dossier& dossier) override;
  base::Result<std::string> NextUnmaskId() override;
  base::Result<std::optional<v1::UnmaskRequest>> FindUnmask(const std::string& id) override;
  base::Result<void> SaveUnmask(const v1::UnmaskRequest& request) override;
  base::Result<std::string> NextSearchId() override;
  base::Result<std::optional<v1::SavedSearch>> FindSearch(const std::string& id) override;
  base::Result<void> SaveSearch(const v1::SavedSearch& search) override;
  base::Result<void> RemoveSearch(const std::string& id) override;
  base::Result<void> AppendMessage(const std::string& destination, const v1::OutboxMessage& message) override;
  base::Result<void> SettleMessages(const std::string& destination, const OutboxSettlement& settled) override;
  base::Result<void> ForgetDestination(const std::string& destination) override;
  base::Result<std::optional<std::string>> FindNote(const std::string& key) override;
  base::Result<void> SaveNote(const std::string& key, const std::string& note) override;
  base::Result<void> RemoveNote(const std::string& key) override;
  base::Result<std::optional<User>> FindUser(const std::string& name) override;
  base::Result<void> AddUser(const User& user) override;
  base::Result<void> SaveUser(const User& user) override;
  base::Result<void> RemoveUser(const std::string& name) override;
  base::Result<void> KeepCertificate(const v1::EvidenceCertificate& certificate) override {
    return evidence_.KeepCertificate(certificate);
  }
  base::Result<std::uint64_t> AddBatch(const v1::EvidenceBatch& batch) override { return evidence_.AddBatch(batch); }
  base::Result<void> AddHead(base::SystemTime now) override { return evidence_.AddHead(now); }
  base::Result<void> SignHead(const v1::EvidenceHead& head) override { return evidence_.SignHead(head); }

 private:
  // What a batch reads and writes beside its events. An agent's batches that share a transaction write it once, at the
  // end: one row a batch of one event would cost more than the event.
  struct KeptAgent {
    std::optional<AgentRecord> record;
    bool changed = false;
  };
  struct Delivery {
    std::optional<std::uint64_t> mark;
    std::optional<SequenceRanges> ahead;
    bool mark_changed = false;
    bool ahead_changed = false;
  };
  using DeliveryKey = std::pair<std::string, std::uint64_t>;  // agent, boot epoch

  base::Result<std::uint64_t> SelectMark(const DeliveryKey& key);
  base::Result<void> WriteMark(const DeliveryKey& key, std::uint64_t sequence);
  base::Result<void> WriteAgent(const AgentRecord& agent);
  base::Result<void> WriteDeliveries();
  // Prepares each statement once a transaction; a batch runs a few of them a thousand times.
  base::Result<sqlite::Statement*> Prepared(std::string_view sql);
  base::Result<std::optional<std::int64_t>> PositionOf(const std::string& event_id);
  base::Result<void> LinkEvents(const std::string& incident_id, const std::vector<std::string>& event_ids);

  sqlite::Database& database_;
  std::map<std::string_view, sqlite::Statement> statements_;
  std::unordered_map<std::string, std::int64_t> positions_;  // of the events that it appended
  std::map<std::string, KeptAgent> agents_;
  std::map<DeliveryKey, Delivery> deliveries_;
  SightingWriter sightings_;
  TouchedRollups rollups_;
  EvidenceWriter evidence_;
};

}  // namespace vigie::server
