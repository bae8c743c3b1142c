#pragma once

#include <memory>
#include <string>

#include "server/store.h"

namespace vigie::server {

// The embedded store: one SQLite file in WAL mode with synchronous=FULL, so that a committed transaction is on the
// disk. One connection writes, another reads beside
// it; long readers get one each. Two collectors on one store would count past each other:
// whoever opens it holds FILE.owner locked for as long as it lives (the operating system releases that lock however the
// process ends).
class SqliteStore final : public Store {
 public:
  // Creates the file or migrates it. kUnavailable if another process holds it, kDataLoss if it is damaged,
  // kFailedPrecondition if a newer build wrote it.
  static base::Result<std::unique_ptr<SqliteStore>> Open(const std::string& path);
  // kUnavailable if a process holds the store at `path`.
  static base::Result<void> CheckUnused(const std::string& path);
  ~SqliteStore() override;

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
  base::Result<std::unique_ptr<RetentionStore>> OpenRetention() override;
  base::Result<ChainState> ReadChain() override;
  base::Result<std::unique_ptr<EvidenceReader>> OpenEvidence() override;

 private:
  struct Connections;
  explicit SqliteStore(std::unique_ptr<Connections> connections);
  std::unique_ptr<Connections> connections_;
};

}  // namespace vigie::server
