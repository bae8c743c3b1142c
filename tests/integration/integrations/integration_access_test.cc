// Who may know where incidents are sent and try it, by the real `vigie`.
#include <gmock/gmock.h>

#include <thread>

#include "tests/integration/collector/vigie_command.h"
#include "tests/integration/integrations/receiver.h"
#include "vigie/v1/access_service.grpc.pb.h"
#include "vigie/v1/audit_service.grpc.pb.h"
#include "vigie/v1/integration_service.grpc.pb.h"
#include "vigie/v1/metrics_service.grpc.pb.h"

namespace vigie::server {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

class IntegrationAccess : public IntegrationTest {
 protected:
  void SetUp() override {
    if (std::getenv("VIGIE_BIN_DIR") == nullptr) GTEST_SKIP() << "VIGIE_BIN_DIR does not say where vigie is";
    webhook_.Start();
    syslog_.Start();
    syslog_.Kill();
    Configure({DestinationOf("soc", webhook_, files_of_receivers_.ca, secret_file_),
               DestinationOf("siem", syslog_, files_of_receivers_.ca, secret_file_)});
    StartWithPolicy();
  }
  Outcome Vigie(const std::string& arguments) { return RunVigie(AsAnalyst(*collector_, state_) + " " + arguments); }
  std::shared_ptr<grpc::Channel> Channel() const { return grpc::CreateChannel(address(), TlsCredentials(state_.ca())); }
  std::string TokenOfRole(const std::string& role) {
    v1::CreateApiTokenRequest request;
    request.set_name(role);
    request.set_role(role);
    v1::CreateApiTokenResponse response;
    const auto created =
        v1::AccessService::NewStub(Channel())->CreateApiToken(analyst().NewContext().get(), request, &response);
    EXPECT_TRUE(created.ok()) << created.error_message();
    return response.token();
  }

  Receiver webhook_{"webhook", files_of_receivers_, state_.files().directory()};
  Receiver syslog_{"syslog", files_of_receivers_, state_.files().directory()};
};

TEST_F(IntegrationAccess, ATestIsTakenOrSaysWhyNot) {
  const Outcome good = Vigie("--output json integrations test soc");
  EXPECT_EQ(good.exit_code, 0) << good.err;
  EXPECT_EQ(json::parse(good.out)["taken"], true);
  const auto messages = webhook_.Await(1);
  EXPECT_EQ(messages.at(0)["id"], json::parse(good.out)["id"]);
  EXPECT_EQ(FindingOf(messages[0])["metadata"]["event_code"], "test");
  const Outcome bad = Vigie("integrations test siem");
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.out, HasSubstr("not taken: cannot connect"));
  EXPECT_EQ(Vigie("integrations test nobody").exit_code, 2);
}

TEST_F(IntegrationAccess, TheListSaysWhatWaitsAndHoldsNoSecret) {
  const auto agent = Connect(credentials_);
  Leak(*agent, "alice", 12);
  webhook_.Await(1);
  json soc = json::object();
  json siem = json::object();
  // What was taken is counted a moment later.
  for (int i = 0; i < 300 && (siem.value("failures", 0) == 0 || soc.value("delivered", 0) == 0); ++i) {
    const json both = json::parse(Vigie("--output json integrations list").out);
    soc = both.at(0);
    siem = both.at(1);
  }
  EXPECT_EQ(siem["waiting"], 1);
  EXPECT_EQ(siem["kind"], "syslog");
  EXPECT_EQ(siem["target"], syslog_.endpoint());
  const Outcome listed = Vigie("--output json integrations list");
  EXPECT_EQ(listed.exit_code, 1) << "one of them fails";
  EXPECT_EQ(json::parse(listed.out).at(0)["delivered"], 1);
  EXPECT_THAT(listed.out, Not(HasSubstr("/hook"))) << "a webhook's path may be its secret";
  EXPECT_THAT(listed.out, Not(HasSubstr(kSecret)));
  v1::GetMetricsResponse metrics;
  ASSERT_TRUE(v1::MetricsService::NewStub(Channel())->GetMetrics(analyst().NewContext().get(), {}, &metrics).ok());
  EXPECT_THAT(metrics.text(), HasSubstr("vigie_integration_waiting_messages{integration=\"siem\"} 1"));
  EXPECT_THAT(metrics.text(), HasSubstr("vigie_integration_delivered_messages{integration=\"soc\"} 1"));
}

TEST_F(IntegrationAccess, OnlyAdminsTryAndItIsAudited) {
  const auto stub = v1::IntegrationService::NewStub(Channel());
  v1::TestIntegrationRequest request;
  request.set_name("soc");
  for (const char* role : {"analyst", "officer", "auditor"}) {
    const Analyst person(address(), state_.ca(), TokenOfRole(role));
    v1::ListIntegrationsResponse listed;
    EXPECT_TRUE(stub->ListIntegrations(person.NewContext().get(), {}, &listed).ok()) << role;
    v1::TestIntegrationResponse tested;
    EXPECT_EQ(stub->TestIntegration(person.NewContext().get(), request, &tested).error_code(),
              grpc::StatusCode::PERMISSION_DENIED)
        << role;
  }
  EXPECT_TRUE(webhook_.Messages().empty());
  v1::TestIntegrationResponse tested;
  ASSERT_TRUE(stub->TestIntegration(analyst().NewContext().get(), request, &tested).ok());
  EXPECT_TRUE(tested.taken()) << tested.error();
  v1::ListAuditRequest asked;
  asked.set_method("IntegrationService/TestIntegration");
  v1::ListAuditResponse audit;
  const auto auditor = v1::AuditService::NewStub(Channel());
  for (int i = 0; i < 100 && audit.entries_size() < 4; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));  // entries are written together
    ASSERT_TRUE(auditor->ListAudit(analyst().NewContext().get(), asked, &audit).ok());
  }
  ASSERT_EQ(audit.entries_size(), 4);
  EXPECT_THAT(audit.entries(3).asked(), HasSubstr("soc"));
}

}  // namespace
}  // namespace vigie::server
