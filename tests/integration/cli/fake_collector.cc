#include "tests/integration/cli/fake_collector.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <algorithm>

namespace vigie::cli {
namespace {

using State = base::Guarded<CollectorState>;

// Notes the call; OK if it may go on.
grpc::Status Admit(State& state, const grpc::ServerContext& context, const std::string& call) {
  auto locked = state.Lock();
  locked->calls.push_back(call);
  const auto header = context.client_metadata().find("authorization");
  const bool given = header != context.client_metadata().end();
  locked->authorizations.push_back(given ? std::string(header->second.data(), header->second.size()) : "");
  if (locked->busy) return {grpc::StatusCode::RESOURCE_EXHAUSTED, "another one runs: ask again later"};
  if (locked->token.empty() || locked->authorizations.back() == "Bearer " + locked->token) return grpc::Status::OK;
  return {given ? grpc::StatusCode::PERMISSION_DENIED : grpc::StatusCode::UNAUTHENTICATED, "no valid token"};
}

// The page that `token`, an offset, names; returns the next page's.
template <typename T, typename Add>
std::string Page(const std::vector<T>& all, const std::string& token, const CollectorState& state, const Add& add) {
  const std::size_t begin = token.empty() ? 0 : std::stoul(token);
  const std::size_t end = std::min(all.size(), begin + state.page_size);
  for (std::size_t i = begin; i < end; ++i) *add() = all[i];
  if (state.repeat_page) return "0";
  return end < all.size() ? std::to_string(end) : "";
}

grpc::Status NotFound() {
  return {grpc::StatusCode::NOT_FOUND, "no such incident"};
}

}  // namespace

class FakeCollector::Incidents final : public v1::IncidentService::Service {
 public:
  explicit Incidents(State& state) : state_(state) {}

  grpc::Status ListIncidents(grpc::ServerContext* context, const v1::ListIncidentsRequest* request,
                             v1::ListIncidentsResponse* response) override {
    if (auto status = Admit(state_, *context, "ListIncidents"); !status.ok()) return status;
    auto locked = state_.Lock();
    locked->last_list = *request;
    response->set_next_page_token(
        Page(locked->incidents, request->page_token(), *locked, [&] { return response->add_incidents(); }));
    return grpc::Status::OK;
  }

  grpc::Status GetIncident(grpc::ServerContext* context, const v1::GetIncidentRequest* request,
                           v1::Incident* response) override {
    if (auto status = Admit(state_, *context, "GetIncident"); !status.ok()) return status;
    return Find(request->id(), *response, [](v1::Incident&) {});
  }

  grpc::Status CloseIncident(grpc::ServerContext* context, const v1::CloseIncidentRequest* request,
                             v1::Incident* response) override {
    if (auto status = Admit(state_, *context, "CloseIncident"); !status.ok()) return status;
    return Find(request->id(), *response, [request](v1::Incident& incident) {
      incident.set_state(v1::INCIDENT_STATE_CLOSED);
      incident.set_closed_reason(request->reason());
    });
  }

  grpc::Status AssignIncident(grpc::ServerContext* context, const v1::AssignIncidentRequest* request,
                              v1::Incident* response) override {
    if (auto status = Admit(state_, *context, "AssignIncident"); !status.ok()) return status;
    return Find(request->id(), *response,
                [request](v1::Incident& incident) { incident.set_assignee(request->assignee()); });
  }

  // Sends all there are, then breaks off as a collector does that stops.
  grpc::Status WatchIncidents(grpc::ServerContext* context, const v1::WatchIncidentsRequest* request,
                              grpc::ServerWriter<v1::Incident>* writer) override {
    if (auto status = Admit(state_, *context, "WatchIncidents"); !status.ok()) return status;
    if (request->skip_current()) return grpc::Status::OK;
    const std::vector<v1::Incident> incidents = state_.Lock()->incidents;
    for (const v1::Incident& incident : incidents) writer->Write(incident);
    return {grpc::StatusCode::UNAVAILABLE, "shutting down"};
  }

 private:
  template <typename Change>
  grpc::Status Find(const std::string& id, v1::Incident& response, const Change& change) {
    auto locked = state_.Lock();
    const auto found = std::ranges::find(locked->incidents, id, &v1::Incident::id);
    if (found == locked->incidents.end()) return NotFound();
    change(*found);
    response = *found;
    return grpc::Status::OK;
  }

  State& state_;
};

class FakeCollector::Events final : public v1::EventService::Service {
 public:
  explicit Events(State& state) : state_(state) {}

  grpc::Status QueryEvents(grpc::ServerContext* context, const v1::QueryEventsRequest* request,
                           v1::QueryEventsResponse* response) override {
    if (auto status = Admit(state_, *context, "QueryEvents"); !status.ok()) return status;
    auto locked = state_.Lock();
    locked->last_query = *request;
    response->set_next_page_token(
        Page(locked->events, request->page_token(), *locked, [&] { return response->add_events(); }));
    return grpc::Status::OK;
  }

 private:
  State& state_;
};

class FakeCollector::Fleet final : public v1::FleetService::Service {
 public:
  explicit Fleet(State& state) : state_(state) {}

  grpc::Status ListAgents(grpc::ServerContext* context, const v1::ListAgentsRequest*,
                          v1::ListAgentsResponse* response) override {
    if (auto status = Admit(state_, *context, "ListAgents"); !status.ok()) return status;
    auto state = state_.Lock();
    for (const v1::AgentStatus& agent : state->agents) *response->add_agents() = agent;
    for (const v1::RefusedPeer& peer : state->refused) *response->add_refused() = peer;
    return grpc::Status::OK;
  }

  grpc::Status ListGaps(grpc::ServerContext* context, const v1::ListGapsRequest* request,
                        v1::ListGapsResponse* response) override {
    if (auto status = Admit(state_, *context, "ListGaps"); !status.ok()) return status;
    auto state = state_.Lock();
    for (const v1::GapReport& gap : state->gaps) {
      if (request->agent_id().empty() || request->agent_id() == gap.agent_id()) *response->add_gaps() = gap;
    }
    return grpc::Status::OK;
  }

  grpc::Status RevokeAgent(grpc::ServerContext* context, const v1::RevokeAgentRequest* request,
                           v1::AgentStatus* response) override {
    if (auto status = Admit(state_, *context, "RevokeAgent"); !status.ok()) return status;
    response->set_id(request->id());
    response->set_host("w1");
    response->set_revoked_reason(request->reason());
    return grpc::Status::OK;
  }

 private:
  State& state_;
};

class FakeCollector::Policies final : public v1::PolicyService::Service {
 public:
  explicit Policies(State& state) : state_(state) {}

  grpc::Status GetPolicy(grpc::ServerContext* context, const v1::GetPolicyRequest*,
                         v1::GetPolicyResponse* response) override {
    if (auto status = Admit(state_, *context, "GetPolicy"); !status.ok()) return status;
    response->set_text(state_.Lock()->policy_text);
    response->mutable_policy()->set_version(7);
    response->mutable_in_force_since()->set_seconds(1'795'341'600);
    return grpc::Status::OK;
  }

  grpc::Status PushPolicy(grpc::ServerContext* context, const v1::PushPolicyRequest* request,
                          v1::PushPolicyResponse* response) override {
    if (auto status = Admit(state_, *context, "PushPolicy"); !status.ok()) return status;
    auto locked = state_.Lock();
    if (request->text() == locked->policy_text)
      return {grpc::StatusCode::FAILED_PRECONDITION, "version 7 is in force already"};
    locked->policy_text = request->text();
    response->set_version(8);
    response->set_agents_told(3);
    return grpc::Status::OK;
  }

 private:
  State& state_;
};

class FakeCollector::Enrollment final : public v1::EnrollmentService::Service {
 public:
  explicit Enrollment(State& state) : state_(state) {}

  grpc::Status CreateEnrollmentToken(grpc::ServerContext* context, const v1::CreateEnrollmentTokenRequest* request,
                                     v1::CreateEnrollmentTokenResponse* response) override {
    if (auto status = Admit(state_, *context, "CreateEnrollmentToken"); !status.ok()) return status;
    state_.Lock()->last_token_request = *request;
    response->set_token("enrolment-token");
    response->mutable_expires_at()->set_seconds(1'795'341'600);
    return grpc::Status::OK;
  }

 private:
  State& state_;
};

FakeCollector::FakeCollector(const ServerTls* tls) {
  services_.push_back(std::make_unique<Incidents>(state_));
  services_.push_back(std::make_unique<Events>(state_));
  services_.push_back(std::make_unique<Fleet>(state_));
  services_.push_back(std::make_unique<Policies>(state_));
  services_.push_back(std::make_unique<Enrollment>(state_));
  auto credentials = grpc::InsecureServerCredentials();
  if (tls != nullptr) {
    grpc::SslServerCredentialsOptions options;
    options.pem_key_cert_pairs.push_back({tls->key_pem, tls->certificate_pem});
    credentials = grpc::SslServerCredentials(options);
  }
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", credentials, &port_);
  for (const auto& service : services_) builder.RegisterService(service.get());
  server_ = builder.BuildAndStart();
}

FakeCollector::~FakeCollector() {
  if (server_) server_->Shutdown();
}

Outcome FakeCollector::Run(std::vector<std::string> arguments) {
  const std::string address = "127.0.0.1:" + std::to_string(port_);
  arguments.insert(arguments.end(), {"--collector", address, "--insecure-loopback"});
  return RunVigie(std::move(arguments));
}

}  // namespace vigie::cli
