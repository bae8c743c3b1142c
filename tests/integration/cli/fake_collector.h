#pragma once

#include <grpcpp/server.h>

#include <memory>
#include <string>
#include <vector>

#include "platform/base/guarded.h"
#include "tests/unit/server_cli/command_runner.h"
#include "vigie/v1/enrollment_service.grpc.pb.h"
#include "vigie/v1/event_service.grpc.pb.h"
#include "vigie/v1/fleet_service.grpc.pb.h"
#include "vigie/v1/incident_service.grpc.pb.h"
#include "vigie/v1/policy_service.grpc.pb.h"

namespace vigie::cli {

// What the fake collector knows, and what it was asked.
struct CollectorState {
  std::string token;          // empty = everybody is allowed
  bool busy = false;          // answers nobody now
  std::size_t page_size = 2;  // whatever the client asks for
  bool repeat_page = false;   // a broken collector: always the same next page
  std::vector<v1::Incident> incidents;
  std::vector<v1::Event> events;
  std::vector<v1::AgentStatus> agents;
  std::vector<v1::RefusedPeer> refused;
  std::vector<v1::GapReport> gaps;
  std::string policy_text;

  v1::QueryEventsRequest last_query;
  v1::ListIncidentsRequest last_list;
  v1::CreateEnrollmentTokenRequest last_token_request;
  std::vector<std::string> authorizations;
  std::vector<std::string> calls;
};

struct ServerTls {
  std::string certificate_pem;
  std::string key_pem;
};

// The collector's services for analysts in this process, over real gRPC on a loopback port.
class FakeCollector {
 public:
  explicit FakeCollector(const ServerTls* tls = nullptr);
  ~FakeCollector();

  int port() const { return port_; }
  base::Guarded<CollectorState>& state() { return state_; }

  // `vigie --collector … --insecure-loopback ARGUMENTS…`
  Outcome Run(std::vector<std::string> arguments);

 private:
  class Incidents;
  class Events;
  class Fleet;
  class Policies;
  class Enrollment;

  base::Guarded<CollectorState> state_;
  int port_ = 0;
  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace vigie::cli
