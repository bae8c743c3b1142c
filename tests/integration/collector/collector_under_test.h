#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "platform/base/clock.h"
#include "platform/file_system.h"
#include "server/server.h"
#include "server/state_files.h"
#include "tests/integration/collector/agent_client.h"
#include "tests/unit/server/event_builder.h"
#include "vigie/v1/attribution_service.grpc.pb.h"
#include "vigie/v1/enrollment_service.grpc.pb.h"
#include "vigie/v1/event_service.grpc.pb.h"
#include "vigie/v1/fleet_service.grpc.pb.h"
#include "vigie/v1/incident_service.grpc.pb.h"
#include "vigie/v1/policy_service.grpc.pb.h"

namespace vigie::server {

// The state directory of a collector that was initialised, gone after the test.
class InitializedState {
 public:
  InitializedState();
  ~InitializedState();
  InitializedState(const InitializedState&) = delete;
  InitializedState& operator=(const InitializedState&) = delete;

  const StateFiles& files() const { return files_; }
  std::string Read(const std::string& path) const;
  void Write(const std::string& path, const std::string& text) const;
  std::string token() const;  // admin.token without its newline
  std::string ca() const { return Read(files_.authority_certificate()); }
  // As init wrote it, on any free port.
  v1::CollectorConfig config() const;

 private:
  StateFiles files_;
};

// What an analyst calls. Contexts carry the token and a deadline.
struct Analyst {
  Analyst(const std::string& address, const std::string& ca, std::string api_token);
  std::unique_ptr<grpc::ClientContext> NewContext() const;

  std::string token;
  std::unique_ptr<v1::IncidentService::Stub> incidents;
  std::unique_ptr<v1::EventService::Stub> events;
  std::unique_ptr<v1::AttributionService::Stub> attribution;
  std::unique_ptr<v1::FleetService::Stub> fleet;
  std::unique_ptr<v1::PolicyService::Stub> policies;
  std::unique_ptr<v1::EnrollmentService::Stub> enrollment;

  std::string NewEnrollmentToken(std::uint32_t uses = 1) const;
  grpc::Status PushPolicy(const std::string& text) const;
  // The whole incident; fails the test if there is none.
  v1::Incident Get(const std::string& id) const;
  std::vector<v1::Incident> List() const;
};

// Enrols over the wire, as vigie-agent enroll does.
grpc::Status Enrol(const Analyst& analyst, const std::string& token, AgentCredentials& credentials,
                   const std::string& host = "w1");

// A collector in this process over real TLS.
class CollectorTest : public ::testing::Test {
 protected:
  CollectorTest();

  void Start(std::size_t watch_capacity = 10'000);
  void Stop() { collector_.reset(); }
  std::string address() const { return collector_->address(); }
  const Analyst& analyst() const { return *analyst_; }
  AgentCredentials NewAgent();
  // Says hello, and has read the welcome.
  std::unique_ptr<AgentClient> Connect(const AgentCredentials& credentials);
  std::uint64_t StoredEvents() const;

  InitializedState state_;
  std::unique_ptr<platform::FileSystem> files_;
  base::SystemClock clock_;
  std::unique_ptr<Collector> collector_;
  std::unique_ptr<Analyst> analyst_;
};

// Version, and a threshold "bulk" over distinct customers of a user on removable media in 30 days.
std::string BulkPolicy(int version, int over, const std::string& extra = "");

}  // namespace vigie::server
