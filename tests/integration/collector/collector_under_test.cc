#include "tests/integration/collector/collector_under_test.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "core/credentials/certificates.h"
#include "platform/linux/linux_platform.h"
#include "server/collector_config.h"
#include "server/initialize.h"

namespace vigie::server {
namespace {

std::string NewFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "vigie-collector-XXXXXX").string();
  return mkdtemp(pattern.data());
}

}  // namespace

InitializedState::InitializedState() : files_(NewFolder() + "/state") {
  const auto made = Initialize({files_.directory(), "localhost"}, *platform::MakeFileSystem());
  if (!made) ADD_FAILURE() << made.error().message;
}

InitializedState::~InitializedState() {
  std::error_code ignored;
  std::filesystem::remove_all(std::filesystem::path(files_.directory()).parent_path(), ignored);
}

std::string InitializedState::Read(const std::string& path) const {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void InitializedState::Write(const std::string& path, const std::string& text) const {
  std::ofstream(path, std::ios::binary) << text;
}

std::string InitializedState::token() const {
  const std::string text = Read(files_.admin_token());
  return text.substr(0, text.find('\n'));
}

v1::CollectorConfig InitializedState::config() const {
  auto config = LoadConfig(*platform::MakeFileSystem(), files_.config(), false);
  if (!config) {
    ADD_FAILURE() << config.error().message;
    return {};
  }
  config->mutable_listen()->set_grpc("127.0.0.1:0");
  return *config;
}

Analyst::Analyst(const std::string& address, const std::string& ca, std::string api_token)
    : token(std::move(api_token)) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  const auto channel = grpc::CreateCustomChannel(address, TlsCredentials(ca), arguments);
  incidents = v1::IncidentService::NewStub(channel);
  events = v1::EventService::NewStub(channel);
  attribution = v1::AttributionService::NewStub(channel);
  fleet = v1::FleetService::NewStub(channel);
  policies = v1::PolicyService::NewStub(channel);
  enrollment = v1::EnrollmentService::NewStub(channel);
}

std::unique_ptr<grpc::ClientContext> Analyst::NewContext() const {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
  if (!token.empty()) context->AddMetadata("authorization", "Bearer " + token);
  return context;
}

std::string Analyst::NewEnrollmentToken(std::uint32_t uses) const {
  v1::CreateEnrollmentTokenRequest request;
  request.set_uses(uses);
  v1::CreateEnrollmentTokenResponse response;
  const auto status = enrollment->CreateEnrollmentToken(NewContext().get(), request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.token();
}

grpc::Status Analyst::PushPolicy(const std::string& text) const {
  v1::PushPolicyRequest request;
  request.set_text(text);
  v1::PushPolicyResponse response;
  return policies->PushPolicy(NewContext().get(), request, &response);
}

v1::Incident Analyst::Get(const std::string& id) const {
  v1::GetIncidentRequest request;
  request.set_id(id);
  v1::Incident incident;
  const auto status = incidents->GetIncident(NewContext().get(), request, &incident);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return incident;
}

std::vector<v1::Incident> Analyst::List() const {
  v1::ListIncidentsResponse response;
  const auto status = incidents->ListIncidents(NewContext().get(), {}, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return {response.incidents().begin(), response.incidents().end()};
}

grpc::Status Enrol(const Analyst& analyst, const std::string& token, AgentCredentials& credentials,
                   const std::string& host) {
  const auto request = credentials::CreateAgentRequest(host);
  v1::EnrollRequest enroll;
  enroll.set_token(token);
  enroll.set_host(host);
  enroll.set_certificate_request_pem(request->request_pem);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
  v1::EnrollResponse response;
  const auto status = analyst.enrollment->Enroll(&context, enroll, &response);
  credentials = {response.agent_id(), request->key_pem, response.certificate_pem(), response.ca_pem()};
  return status;
}

CollectorTest::CollectorTest() : files_(platform::MakeFileSystem()) {
}

void CollectorTest::Start(std::size_t watch_capacity) {
  auto started = Collector::Start({state_.config(), watch_capacity}, *files_, clock_);
  ASSERT_TRUE(started) << started.error().message;
  collector_ = std::move(*started);
  analyst_ = std::make_unique<Analyst>(address(), state_.ca(), state_.token());
}

AgentCredentials CollectorTest::NewAgent() {
  AgentCredentials credentials;
  const auto status = Enrol(analyst(), analyst().NewEnrollmentToken(), credentials);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return credentials;
}

std::unique_ptr<AgentClient> CollectorTest::Connect(const AgentCredentials& credentials) {
  auto client = std::make_unique<AgentClient>(address(), credentials);
  EXPECT_TRUE(client->Hello());
  EXPECT_TRUE(client->AwaitWelcome());
  return client;
}

std::uint64_t CollectorTest::StoredEvents() const {
  std::uint64_t events = 0;
  v1::QueryEventsRequest request;
  do {
    v1::QueryEventsResponse page;
    const auto status = analyst().events->QueryEvents(analyst().NewContext().get(), request, &page);
    EXPECT_TRUE(status.ok()) << status.error_message();
    events += static_cast<std::uint64_t>(page.events_size());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return events;
}

std::string BulkPolicy(int version, int over, const std::string& extra) {
  return "version: " + std::to_string(version) +
         "\nthresholds:\n  - id: bulk\n    when: {channels: [removable_media]}\n    measure: distinct_customers\n"
         "    per: [user]\n    window: 30d\n    over: " +
         std::to_string(over) + "\n    severity: critical\n" + extra;
}

}  // namespace vigie::server
