// Who asks what over the wire stands in the audit, whatever service he asked.
#include <gmock/gmock.h>

#include "server/store/sqlite/sqlite_store.h"
#include "tests/integration/collector/collector_under_test.h"
#include "vigie/v1/access_service.grpc.pb.h"
#include "vigie/v1/audit_service.grpc.pb.h"
#include "vigie/v1/store_service.grpc.pb.h"

namespace vigie::server {
namespace {

using grpc::StatusCode;
using std::chrono::minutes;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class AuditFlow : public CollectorTest {
 protected:
  void SetUp() override { Start(); }

  std::shared_ptr<grpc::Channel> Channel() const { return grpc::CreateChannel(address(), TlsCredentials(state_.ca())); }
  // What is kept once the collector has stopped in order.
  std::vector<v1::AuditEntry> Stopped() {
    Stop();
    const auto store = SqliteStore::Open(state_.files().store());
    EXPECT_TRUE((*store)->VerifyAudit()->good());
    return (*store)->ListAudit({.page_size = 1000}).value().entries;
  }
  std::vector<v1::AuditEntry> StoppedOf(const std::string& method) {
    std::vector<v1::AuditEntry> of;
    for (const auto& entry : Stopped()) {
      if (entry.method() == method) of.push_back(entry);
    }
    return of;
  }
  Analyst NewPerson(const std::string& name, const std::string& role) {
    v1::CreateApiTokenRequest request;
    request.set_name(name);
    request.set_role(role);
    v1::CreateApiTokenResponse response;
    const auto status =
        v1::AccessService::NewStub(Channel())->CreateApiToken(analyst().NewContext().get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return {address(), state_.ca(), response.token()};
  }
  v1::RetentionStatus RetentionInForce() const {
    v1::RetentionStatus status;
    const auto told = v1::StoreService::NewStub(Channel())->GetRetention(analyst().NewContext().get(), {}, &status);
    EXPECT_TRUE(told.ok()) << told.error_message();
    return status;
  }
  void Leak(std::uint32_t customers) {
    const auto client = Connect(NewAgent());
    std::vector<v1::Event> events;
    events.push_back(MakeEvent({.agent = "", .sequence = 1, .records = Records(1, customers)}));
    events[0].set_agent_id(agent_id_);
    ASSERT_TRUE(client->Send(events));
    ASSERT_TRUE(client->AwaitAck());
  }
  AgentCredentials NewAgent() {
    auto credentials = CollectorTest::NewAgent();
    agent_id_ = credentials.agent_id;
    return credentials;
  }

  std::string agent_id_;
};

TEST_F(AuditFlow, AReadIsKeptWithItsQuestionAndWhatItTold) {
  Leak(40);
  const Analyst alice = NewPerson("alice", "analyst");
  v1::QueryEventsRequest request;
  request.set_user("alice");
  v1::QueryEventsResponse page;
  ASSERT_TRUE(alice.events->QueryEvents(alice.NewContext().get(), request, &page).ok());
  ASSERT_EQ(page.events_size(), 1);
  const auto entries = StoppedOf("EventService/QueryEvents");
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].who(), "alice");
  EXPECT_EQ(entries[0].role(), "analyst");
  EXPECT_THAT(entries[0].address(), HasSubstr("127.0.0.1"));
  EXPECT_EQ(entries[0].access(), v1::AUDIT_ACCESS_READ);
  EXPECT_EQ(entries[0].asked(), R"({"user":"alice"})");
  EXPECT_EQ(entries[0].outcome(), "OK");
  EXPECT_EQ(entries[0].customers(), 40U);
  EXPECT_EQ(entries[0].events(), 1U);
}

TEST_F(AuditFlow, AWatchEndsWhenItsTokenIsRevoked) {
  const Analyst alice = NewPerson("alice", "analyst");
  const auto context = alice.NewContext();
  const auto watch = alice.incidents->WatchIncidents(context.get(), {});
  watch->WaitForInitialMetadata();
  v1::RevokeApiTokenRequest revoke;
  revoke.set_name("alice");
  v1::RevokeApiTokenResponse revoked;
  const auto access = v1::AccessService::NewStub(Channel());
  ASSERT_TRUE(access->RevokeApiToken(analyst().NewContext().get(), revoke, &revoked).ok());
  v1::Incident incident;
  EXPECT_FALSE(watch->Read(&incident));
  EXPECT_EQ(watch->Finish().error_code(), StatusCode::UNAUTHENTICATED);
}

TEST_F(AuditFlow, RefusedCallsAreKept) {
  const Analyst bob = NewPerson("bob", "auditor");
  v1::QueryEventsResponse page;
  EXPECT_EQ(bob.events->QueryEvents(bob.NewContext().get(), {}, &page).error_code(), StatusCode::PERMISSION_DENIED);
  const Analyst stranger(address(), state_.ca(), "guessed");
  EXPECT_EQ(stranger.events->QueryEvents(stranger.NewContext().get(), {}, &page).error_code(),
            StatusCode::UNAUTHENTICATED);
  const auto entries = StoppedOf("EventService/QueryEvents");
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].who() + " " + entries[0].outcome(), "bob PERMISSION_DENIED");
  EXPECT_EQ(entries[1].who() + " " + entries[1].outcome(), "unknown UNAUTHENTICATED");
}

TEST_F(AuditFlow, AChangeIsKeptOnceWithItsChangeAndAFailedOneAsFailed) {
  ASSERT_TRUE(analyst().PushPolicy(BulkPolicy(1, 10)).ok());
  EXPECT_EQ(analyst().PushPolicy(BulkPolicy(1, 10)).error_code(), StatusCode::FAILED_PRECONDITION);
  v1::CloseIncidentRequest request;
  request.set_id("inc-99");
  v1::Incident closed;
  EXPECT_EQ(analyst().incidents->CloseIncident(analyst().NewContext().get(), request, &closed).error_code(),
            StatusCode::NOT_FOUND);
  const auto entries = Stopped();
  std::vector<std::string> told;
  for (const auto& entry : entries) told.push_back(entry.method() + " " + entry.outcome());
  EXPECT_THAT(told, ElementsAre("PolicyService/PushPolicy OK", "PolicyService/PushPolicy FAILED_PRECONDITION",
                                "IncidentService/CloseIncident NOT_FOUND"));
  EXPECT_THAT(entries[0].asked(), HasSubstr("version: 1"));
  EXPECT_THAT(entries[2].asked(), HasSubstr("inc-99"));
}

TEST_F(AuditFlow, EnrolmentIsKeptWithoutItsToken) {
  const std::string token = analyst().NewEnrollmentToken();
  AgentCredentials credentials;
  ASSERT_TRUE(Enrol(analyst(), token, credentials).ok());
  const auto entries = StoppedOf("EnrollmentService/Enroll");
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].who(), "enrolment");
  EXPECT_THAT(entries[0].asked(), AllOf(HasSubstr(R"("token":"secret")"), Not(HasSubstr(token))));
}

TEST_F(AuditFlow, AWatchIsKeptWhenItTellsFirstAndWhenItEnds) {
  ASSERT_TRUE(analyst().PushPolicy(BulkPolicy(1, 10)).ok());
  Leak(40);
  const auto context = analyst().NewContext();
  const auto watch = analyst().incidents->WatchIncidents(context.get(), {});
  v1::Incident incident;
  ASSERT_TRUE(watch->Read(&incident));
  context->TryCancel();
  (void)watch->Finish();
  const auto entries = StoppedOf("IncidentService/WatchIncidents");
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].outcome(), "STARTED");
  EXPECT_EQ(entries[1].outcome(), "CANCELLED");
  EXPECT_EQ(entries[1].customers(), 40U);
}

TEST_F(AuditFlow, TokensOpenWhatTheirRoleSaysUntilTheyAreRevoked) {
  const Analyst alice = NewPerson("alice", "analyst");
  EXPECT_THAT(alice.List(), IsEmpty());
  EXPECT_EQ(alice.PushPolicy(BulkPolicy(1, 10)).error_code(), StatusCode::PERMISSION_DENIED);
  const auto access = v1::AccessService::NewStub(Channel());
  v1::RevokeApiTokenRequest revoke;
  v1::RevokeApiTokenResponse revoked;
  revoke.set_name("admin");
  EXPECT_EQ(access->RevokeApiToken(analyst().NewContext().get(), revoke, &revoked).error_code(),
            StatusCode::FAILED_PRECONDITION)
      << "nobody could manage the site any more";
  revoke.set_name("alice");
  EXPECT_TRUE(access->RevokeApiToken(analyst().NewContext().get(), revoke, &revoked).ok());
  v1::ListIncidentsResponse incidents;
  EXPECT_EQ(alice.incidents->ListIncidents(alice.NewContext().get(), {}, &incidents).error_code(),
            StatusCode::UNAUTHENTICATED);
  for (const auto& [name, role] : std::map<std::string, std::string>{
           {"", "admin"}, {"a b", "admin"}, {"collector", "admin"}, {"carol", "boss"}, {"admin", "admin"}}) {
    v1::CreateApiTokenRequest request;
    request.set_name(name);
    request.set_role(role);
    v1::CreateApiTokenResponse response;
    EXPECT_FALSE(access->CreateApiToken(analyst().NewContext().get(), request, &response).ok()) << name;
  }
}

TEST_F(AuditFlow, PoliciesAreKeptWithTheirHistory) {
  ASSERT_TRUE(analyst().PushPolicy(BulkPolicy(1, 10)).ok());
  ASSERT_TRUE(analyst().PushPolicy(BulkPolicy(4, 20)).ok());
  v1::ListPolicyVersionsResponse history;
  ASSERT_TRUE(analyst().policies->ListPolicyVersions(analyst().NewContext().get(), {}, &history).ok());
  ASSERT_EQ(history.versions_size(), 2);
  EXPECT_EQ(history.versions(0).version(), 4U);
  EXPECT_EQ(history.versions(1).version(), 1U);
  EXPECT_EQ(history.versions(1).pushed_by(), "admin");
  v1::GetPolicyRequest request;
  request.set_version(1);
  v1::GetPolicyResponse policy;
  ASSERT_TRUE(analyst().policies->GetPolicy(analyst().NewContext().get(), request, &policy).ok());
  EXPECT_EQ(policy.text(), BulkPolicy(1, 10));
  request.set_version(2);
  EXPECT_EQ(analyst().policies->GetPolicy(analyst().NewContext().get(), request, &policy).error_code(),
            StatusCode::NOT_FOUND);
}

TEST_F(AuditFlow, RetentionThatIsNotConfiguredIsSaid) {
  v1::RunRetentionResponse response;
  const auto status = v1::StoreService::NewStub(Channel())->RunRetention(analyst().NewContext().get(), {}, &response);
  EXPECT_EQ(status.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_TRUE(RetentionInForce().ages().empty());
}

TEST_F(AuditFlow, APolicyThatCountsLongerThanEventsAreKeptIsRefused) {
  Stop();
  state_.Write(state_.files().config(), state_.Read(state_.files().config()) + "retention: {customer_events: 20d}\n");
  Start();
  const auto refused = analyst().PushPolicy(BulkPolicy(1, 10));  // 30 days
  EXPECT_EQ(refused.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(refused.error_message(), HasSubstr("retention.customer_events of collector.yaml, 20d"));
  EXPECT_FALSE(RetentionInForce().has_last_run_at());
  v1::RunRetentionResponse response;
  const auto ran = v1::StoreService::NewStub(Channel())->RunRetention(analyst().NewContext().get(), {}, &response);
  ASSERT_TRUE(ran.ok()) << ran.error_message();
  ASSERT_EQ(response.counts_size(), 1);
  EXPECT_EQ(response.counts(0).what(), "customer_events");
  EXPECT_EQ(response.counts(0).removed(), 0U);
  const auto status = RetentionInForce();
  ASSERT_EQ(status.ages_size(), 1);
  EXPECT_EQ(status.ages(0).what(), "customer_events");
  EXPECT_EQ(status.ages(0).keep().seconds(), 20 * 24 * 3600);
  EXPECT_TRUE(status.has_last_run_at());
}

}  // namespace
}  // namespace vigie::server
