#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "server/store/memory/memory_state.h"

namespace vigie::server {

// A store for tests: everything in memory, each transaction on a copy. Can be told to fail.
class MemoryStore final : public Store {
 public:
  base::Result<void> Write(const std::function<base::Result<void>(StoreTransaction&)>& body) override;
  base::Result<EventPage> QueryEvents(const EventQuery& query) override;
  base::Result<void> ReplayEvents(std::chrono::nanoseconds window,
                                  const std::function<base::Result<void>(const v1::Event&)>& each) override;
  base::Result<std::uint64_t> CountEvents() override;
  base::Result<std::unique_ptr<EventReader>> OpenEvents() override;
  base::Result<std::unique_ptr<SightingReader>> OpenSightings() override;
  base::Result<IncidentPage> ListIncidents(const IncidentQuery& query) override;
  base::Result<std::vector<v1::Incident>> OpenIncidents() override;
  base::Result<std::vector<v1::Incident>> DisarmingIncidents() override;
  base::Result<std::optional<v1::Incident>> FindIncident(const std::string& id) override;
  base::Result<std::vector<AgentRecord>> ListAgents() override;
  base::Result<std::uint64_t> EachChangedAgent(std::uint64_t revision, const EachAgent& each) override;
  base::Result<std::optional<AgentRecord>> FindAgent(const std::string& id) override;
  base::Result<GapPage> ListGaps(const GapQuery& query) override;
  base::Result<std::optional<PolicyRecord>> LatestPolicy() override;
  base::Result<std::vector<PolicyRecord>> ListPolicies() override;
  base::Result<std::vector<v1::Ring>> ListRings() override;
  base::Result<std::optional<ApiToken>> FindApiToken(const std::string& hash) override;
  base::Result<std::vector<ApiToken>> ListApiTokens() override;
  base::Result<AuditPage> ListAudit(const AuditQuery& query) override;
  base::Result<v1::VerifyAuditResponse> VerifyAudit() override;
  base::Result<HistoryPage> ListIncidentHistory(const HistoryQuery& query) override;
  base::Result<std::optional<v1::Dossier>> FindDossier(const std::string& id) override;
  base::Result<DossierPage> ListDossiers(const DossierQuery& query) override;
  base::Result<UnmaskPage> ListUnmasks(const UnmaskQuery& query) override;
  base::Result<std::vector<v1::SavedSearch>> ListSearches(const std::string& owner) override;
  base::Result<std::vector<WaitingMessage>> ListWaiting(const std::string& destination, std::uint32_t at_most) override;
  base::Result<std::vector<OutboxState>> ListOutbox() override;
  base::Result<std::vector<std::pair<std::string, std::string>>> ListNotes(const std::string& prefix) override;
  base::Result<std::optional<User>> FindUser(const std::string& name) override;
  base::Result<std::optional<User>> FindUserByStamp(const std::string& stamp) override;
  base::Result<std::vector<User>> ListUsers() override;
  base::Result<ChainState> ReadChain() override;
  base::Result<std::unique_ptr<EvidenceReader>> OpenEvidence() override;

  // The next `count` transactions fail at their commit, as on a full disk.
  void FailCommits(int count);
  // Reads fail from now on, or not.
  void FailReads(bool fail);

 private:
  base::Result<std::shared_ptr<const MemoryState>> Snapshot() const;

  std::mutex writing_;  // held for a whole transaction
  mutable std::mutex mutex_;
  std::shared_ptr<const MemoryState> state_ = std::make_shared<MemoryState>();
  int failing_commits_ = 0;
  bool failing_reads_ = false;
};

}  // namespace vigie::server
