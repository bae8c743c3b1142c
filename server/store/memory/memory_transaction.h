#pragma once

#include "server/store/memory/memory_state.h"

namespace vigie::server {

class MemoryTransaction final : public StoreTransaction {
 public:
  explicit MemoryTransaction(MemoryState& state) : state_(state) {}

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
  base::Result<void> KeepCertificate(const v1::EvidenceCertificate& certificate) override;
  base::Result<std::uint64_t> AddBatch(const v1::EvidenceBatch& batch) override;
  base::Result<void> AddHead(base::SystemTime now) override;
  base::Result<void> SignHead(const v1::EvidenceHead& head) override;

 private:
  v1::Incident* Find(const std::string& id);

  MemoryState& state_;
};

}  // namespace vigie::server
