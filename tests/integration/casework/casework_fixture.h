#pragma once

#include "tests/integration/collector/collector_under_test.h"
#include "vigie/v1/audit_service.pb.h"
#include "vigie/v1/dossier_service.grpc.pb.h"

namespace vigie::server {

// A collector with one agent that leaks what a test says, and people of all roles.
class CaseworkTest : public CollectorTest {
 protected:
  // With the policy of BulkPolicy, over `over` customers.
  void Begin(int over, const std::string& extra = "");
  void Leak(const EventPlan& plan);
  // As seen by the collector's clock: so long ago.
  std::chrono::nanoseconds Ago(std::chrono::nanoseconds time) const { return clock_.Now() - kStoryBegin - time; }

  Analyst NewPerson(const std::string& name, const std::string& role);
  std::unique_ptr<v1::DossierService::Stub> Dossiers() const;
  // What is kept of a method once the collector has stopped.
  std::vector<v1::AuditEntry> StoppedOf(const std::string& method);

  std::unique_ptr<AgentClient> client_;
};

}  // namespace vigie::server
