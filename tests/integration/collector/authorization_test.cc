// Who is let in, over real TLS.
#include <gmock/gmock.h>

#include "core/credentials/certificates.h"
#include "server/store/sqlite/sqlite_store.h"
#include "tests/integration/collector/collector_under_test.h"

namespace vigie::server {
namespace {

using grpc::StatusCode;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

using LettingIn = CollectorTest;

StatusCode CodeOfHello(AgentClient& client) {
  (void)client.Hello();
  return client.Finish().error_code();
}

TEST_F(LettingIn, AnalystsNeedTheirToken) {
  Start();
  for (const std::string& token : {std::string(), std::string("wrong"), state_.token() + "x"}) {
    const Analyst stranger(address(), state_.ca(), token);
    v1::ListIncidentsResponse incidents;
    const auto status = stranger.incidents->ListIncidents(stranger.NewContext().get(), {}, &incidents);
    EXPECT_EQ(status.error_code(), StatusCode::UNAUTHENTICATED);
    if (token.empty()) continue;
    EXPECT_THAT(status.error_message(), Not(HasSubstr(token)));
  }
  EXPECT_TRUE(analyst().List().empty());
}

TEST_F(LettingIn, EveryAnalystsCallIsGuarded) {
  Start();
  const Analyst stranger(address(), state_.ca(), "");
  std::vector<StatusCode> codes;
  const auto call = [&](auto&& method, auto request, auto response) {
    codes.push_back(method(stranger.NewContext().get(), request, &response).error_code());
  };
  const auto bind = [](auto& stub, auto method) {
    return [&stub, method](auto* context, const auto& request, auto* response) {
      return (stub.*method)(context, request, response);
    };
  };
  call(bind(*stranger.incidents, &v1::IncidentService::Stub::ListIncidents), v1::ListIncidentsRequest(),
       v1::ListIncidentsResponse());
  call(bind(*stranger.incidents, &v1::IncidentService::Stub::GetIncident), v1::GetIncidentRequest(), v1::Incident());
  call(bind(*stranger.incidents, &v1::IncidentService::Stub::CloseIncident), v1::CloseIncidentRequest(),
       v1::Incident());
  call(bind(*stranger.incidents, &v1::IncidentService::Stub::AssignIncident), v1::AssignIncidentRequest(),
       v1::Incident());
  call(bind(*stranger.events, &v1::EventService::Stub::QueryEvents), v1::QueryEventsRequest(),
       v1::QueryEventsResponse());
  call(bind(*stranger.fleet, &v1::FleetService::Stub::ListAgents), v1::ListAgentsRequest(), v1::ListAgentsResponse());
  call(bind(*stranger.policies, &v1::PolicyService::Stub::GetPolicy), v1::GetPolicyRequest(), v1::GetPolicyResponse());
  call(bind(*stranger.policies, &v1::PolicyService::Stub::PushPolicy), v1::PushPolicyRequest(),
       v1::PushPolicyResponse());
  call(bind(*stranger.enrollment, &v1::EnrollmentService::Stub::CreateEnrollmentToken),
       v1::CreateEnrollmentTokenRequest(), v1::CreateEnrollmentTokenResponse());
  const auto context = stranger.NewContext();
  codes.push_back(stranger.incidents->WatchIncidents(context.get(), {})->Finish().error_code());
  EXPECT_EQ(codes.size(), 10U);
  EXPECT_THAT(codes, ::testing::Each(StatusCode::UNAUTHENTICATED));
}

TEST_F(LettingIn, GuessingTokensIsSlowedDown) {
  Start();
  const Analyst stranger(address(), state_.ca(), "guess");
  grpc::Status status;
  for (int i = 0; i < 11; ++i) {
    v1::ListAgentsResponse agents;
    status = stranger.fleet->ListAgents(stranger.NewContext().get(), {}, &agents);
  }
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  v1::ListAgentsResponse agents;
  EXPECT_TRUE(analyst().fleet->ListAgents(analyst().NewContext().get(), {}, &agents).ok()) << "behind the same address";
}

TEST_F(LettingIn, AnotherAuthoritysServerIsNotTrusted) {
  Start();
  const auto other = credentials::CreateAuthority("other");
  const Analyst deceived(address(), other->certificate_pem, state_.token());
  v1::ListAgentsResponse agents;
  EXPECT_EQ(deceived.fleet->ListAgents(deceived.NewContext().get(), {}, &agents).error_code(), StatusCode::UNAVAILABLE);
}

TEST_F(LettingIn, AgentsNeedACertificate) {
  Start();
  AgentClient client(address(), TlsCredentials(state_.ca()), "agent-1");
  EXPECT_EQ(CodeOfHello(client), StatusCode::UNAUTHENTICATED);
}

TEST_F(LettingIn, AnotherAuthoritysAgentIsNotTrusted) {
  Start();
  const auto other = credentials::CreateAuthority("Vigie authority");
  const auto request = credentials::CreateAgentRequest("w1");
  const auto forged =
      credentials::SignAgentRequest(*other, request->request_pem, NewAgent().agent_id, std::chrono::hours(1));
  AgentClient client(address(), TlsCredentials(state_.ca(), request->key_pem, *forged), "agent-1");
  EXPECT_EQ(CodeOfHello(client), StatusCode::UNAVAILABLE);
}

TEST_F(LettingIn, AServersCertificateIsNoAgents) {
  Start();
  AgentClient client(address(),
                     TlsCredentials(state_.ca(), state_.Read(state_.files().server_key()),
                                    state_.Read(state_.files().server_certificate())),
                     "agent-1");
  EXPECT_THAT(CodeOfHello(client), AnyOf(StatusCode::UNAUTHENTICATED, StatusCode::UNAVAILABLE));
}

TEST_F(LettingIn, AnAgentSpeaksForItselfOnly) {
  Start();
  AgentCredentials agent = NewAgent();
  agent.agent_id = NewAgent().agent_id;
  AgentClient client(address(), agent);
  EXPECT_EQ(CodeOfHello(client), StatusCode::PERMISSION_DENIED);
}

TEST_F(LettingIn, AnAgentThatIsNotEnrolledIsRefusedEvenWithACertificate) {
  Start();
  const auto request = credentials::CreateAgentRequest("w1");
  const auto certificate = credentials::SignAgentRequest({state_.Read(state_.files().authority_key()), state_.ca()},
                                                         request->request_pem, "agent-unknown", std::chrono::hours(1));
  AgentClient client(address(), {"agent-unknown", request->key_pem, *certificate, state_.ca()});
  EXPECT_EQ(CodeOfHello(client), StatusCode::PERMISSION_DENIED);
}

TEST_F(LettingIn, AnEnrolmentTokenServesOnce) {
  Start();
  const std::string token = analyst().NewEnrollmentToken();
  AgentCredentials agent;
  ASSERT_TRUE(Enrol(analyst(), token, agent).ok());
  EXPECT_TRUE(Connect(agent));
  const auto again = Enrol(analyst(), token, agent);
  EXPECT_EQ(again.error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(again.error_message(), Not(HasSubstr(token)));
}

TEST_F(LettingIn, AnExpiredEnrolmentTokenServesNobody) {
  {
    const auto store = SqliteStore::Open(state_.files().store());
    const EnrollmentToken expired{credentials::TokenHash("old"), kStoryBegin, 1};
    ASSERT_TRUE((*store)->Write([&](StoreTransaction& transaction) {
      return transaction.AddEnrollmentToken(expired, kStoryBegin - std::chrono::hours(1));
    }));
  }
  Start();
  AgentCredentials agent;
  EXPECT_EQ(Enrol(analyst(), "old", agent).error_code(), StatusCode::PERMISSION_DENIED);
}

TEST_F(LettingIn, WithoutTheAuthoritysKeyNobodyIsEnrolled) {
  std::filesystem::remove(state_.files().authority_key());
  Start();
  AgentCredentials agent;
  EXPECT_EQ(Enrol(analyst(), analyst().NewEnrollmentToken(), agent).error_code(), StatusCode::FAILED_PRECONDITION);
}

}  // namespace
}  // namespace vigie::server
