// Webhook, syslog and e-mail over real TLS, and what becomes of them when the other side fails.
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "server/integrations/webhook.h"
#include "tests/integration/integrations/receiver.h"
#include "vigie/v1/integration_service.grpc.pb.h"

namespace vigie::server {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<std::string> ChangesOf(const std::vector<json>& messages) {
  std::vector<std::string> changes;
  for (const json& message : messages) {
    const json finding = FindingOf(message);
    changes.push_back(finding["finding_info"]["uid"].get<std::string>() + " " +
                      finding["unmapped"]["change"].get<std::string>());
  }
  return changes;
}

class Delivery : public IntegrationTest {
 protected:
  void Close(const std::string& id) {
    v1::CloseIncidentRequest request;
    request.set_id(id);
    request.set_reason("alice explained it");
    v1::Incident incident;
    const auto status = analyst().incidents->CloseIncident(analyst().NewContext().get(), request, &incident);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
  // Until the store has it: what comes in one transaction is one message.
  void AwaitCustomers(std::uint32_t customers) {
    const auto stored = [&] {
      const auto incidents = analyst().List();
      return !incidents.empty() && incidents.front().distinct_customers() == customers;
    };
    for (int i = 0; i < 1000 && !stored(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ASSERT_TRUE(stored());
  }
  // Opened, grown, closed.
  void PlayAnIncident() {
    const auto agent = Connect(credentials_);
    Leak(*agent, "alice", 12);
    AwaitCustomers(12);
    Leak(*agent, "alice", 40);
    AwaitCustomers(40);
    Close("inc-1");
  }
  // Each is tried, none is told anything.
  void ExpectDistrust(const std::vector<Receiver*>& receivers, const std::string& ca) {
    std::vector<std::string> destinations;
    for (Receiver* receiver : receivers) {
      receiver->Start();
      destinations.push_back(DestinationOf(receiver->kind(), *receiver, ca, secret_file_));
    }
    Configure(destinations);
    StartWithPolicy();
    PlayAnIncident();
    for (int i = 0; i < 1000 && FailedOnes() < receivers.size(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_EQ(FailedOnes(), receivers.size());
    for (const Receiver* receiver : receivers) EXPECT_TRUE(receiver->Messages().empty()) << receiver->kind();
  }
  std::size_t FailedOnes() {
    v1::ListIntegrationsResponse listed;
    const auto channel = grpc::CreateChannel(address(), TlsCredentials(state_.ca()));
    const auto status =
        v1::IntegrationService::NewStub(channel)->ListIntegrations(analyst().NewContext().get(), {}, &listed);
    EXPECT_TRUE(status.ok()) << status.error_message();
    std::size_t failed = 0;
    for (const v1::IntegrationStatus& each : listed.integrations()) failed += each.failures() > 0 ? 1 : 0;
    return failed;
  }
  std::string Mine(const std::string& name, const Receiver& receiver) {
    return DestinationOf(name, receiver, files_of_receivers_.ca, secret_file_);
  }

  Receiver webhook_{"webhook", files_of_receivers_, state_.files().directory()};
  Receiver syslog_{"syslog", files_of_receivers_, state_.files().directory()};
  Receiver email_{"email", files_of_receivers_, state_.files().directory()};
};

TEST_F(Delivery, AWebhookIsToldEverythingSignedAndWithoutNames) {
  webhook_.Start();
  Configure({Mine("soc", webhook_)});
  StartWithPolicy();
  PlayAnIncident();
  const auto messages = webhook_.Await(3);
  EXPECT_THAT(ChangesOf(messages), ElementsAre("inc-1 opened", "inc-1 grown", "inc-1 closed"));
  for (const json& message : messages) {
    const auto body = message["body"].get<std::string>();
    const auto signature = message["signature"].get<std::string>();
    ASSERT_THAT(signature, StartsWith("t="));
    const base::SystemTime at{std::chrono::seconds(std::stoll(signature.substr(2)))};
    EXPECT_EQ(signature, integrations::SignatureOf(kSecret, at, body));
    EXPECT_LT(std::chrono::abs(clock_.Now() - at), std::chrono::minutes(5));
    EXPECT_EQ(message["id"], FindingOf(message)["metadata"]["uid"]);
    EXPECT_EQ(message["type"], "application/json");
    EXPECT_THAT(body, Not(HasSubstr("alice")));
    EXPECT_THAT(body, Not(HasSubstr(kSecret)));
  }
  EXPECT_EQ(FindingOf(messages[1])["unmapped"]["distinct_customers"], 40);
}

TEST_F(Delivery, SyslogGetsEveryMessageInItsFrame) {
  syslog_.Start();
  Configure({Mine("siem", syslog_)});
  StartWithPolicy();
  PlayAnIncident();
  const auto messages = syslog_.Await(3);
  EXPECT_THAT(ChangesOf(messages), ElementsAre("inc-1 opened", "inc-1 grown", "inc-1 closed"));
  EXPECT_THAT(messages[0]["header"].get<std::string>(), StartsWith("<106>1 "));
}

// As one does that is killed with what it has read and not kept.
TEST_F(Delivery, AnEndWithoutCloseNotifyIsNoReceipt) {
  syslog_.Start("unclean");
  Configure({Mine("siem", syslog_)});
  StartWithPolicy();
  PlayAnIncident();
  for (int i = 0; i < 1000 && FailedOnes() == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(FailedOnes(), 1U);
  syslog_.Kill();
  const std::size_t unbelieved = syslog_.Messages().size();
  syslog_.Start();
  auto messages = syslog_.Await(unbelieved + 3);
  messages.erase(messages.begin(), messages.begin() + static_cast<std::ptrdiff_t>(unbelieved));
  EXPECT_THAT(ChangesOf(messages), ElementsAre("inc-1 opened", "inc-1 grown", "inc-1 closed"));
}

TEST_F(Delivery, AReceiverThatNeverSaysCloseNotifyCanBeAccepted) {
  syslog_.Start("unclean");
  std::string mine = Mine("siem", syslog_);
  mine.insert(mine.size() - 2, ", accept_unclean_close: true");
  Configure({mine});
  StartWithPolicy();
  PlayAnIncident();
  EXPECT_THAT(ChangesOf(syslog_.Await(3)), ElementsAre("inc-1 opened", "inc-1 grown", "inc-1 closed"));
  EXPECT_EQ(FailedOnes(), 0U);
}

TEST_F(Delivery, EMailGoesOverStartTlsWithItsLogin) {
  email_.Start();
  Configure({Mine("mail", email_)});
  StartWithPolicy();
  PlayAnIncident();
  const auto messages = email_.Await(3);
  EXPECT_EQ(messages[0]["login"], std::string("/collector/") + kSecret);
  EXPECT_THAT(messages[0]["from"].get<std::string>(), HasSubstr("<vigie@example.org>"));
  EXPECT_THAT(messages[0]["to"][0].get<std::string>(), HasSubstr("<soc@example.org>"));
  EXPECT_THAT(messages[0]["text"].get<std::string>(), HasSubstr("Subject: =?UTF-8?B?"));
}

TEST_F(Delivery, ADeadDestinationHoldsNobodyUpAndGetsAllOfItInOrderLater) {
  webhook_.Start();
  syslog_.Start();
  syslog_.Kill();
  Configure({Mine("soc", webhook_), Mine("siem", syslog_)});
  StartWithPolicy();
  PlayAnIncident();
  webhook_.Await(3);
  EXPECT_TRUE(syslog_.Messages().empty());
  syslog_.Start();
  EXPECT_THAT(ChangesOf(syslog_.Await(3)), ElementsAre("inc-1 opened", "inc-1 grown", "inc-1 closed"));
}

TEST_F(Delivery, ItComesAgainWhileTheOtherSideCannot) {
  webhook_.Start("503,429,200");
  Configure({Mine("soc", webhook_)});
  StartWithPolicy();
  const auto begin = std::chrono::steady_clock::now();
  PlayAnIncident();
  const auto messages = webhook_.Await(3);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2)) << "Retry-After of the 503";
  EXPECT_THAT(ChangesOf(messages), ElementsAre("inc-1 opened", "inc-1 grown", "inc-1 closed"));
}

TEST_F(Delivery, WhatIsRefusedForGoodGivesWay) {
  webhook_.Start("400,200");
  Configure({Mine("soc", webhook_)});
  StartWithPolicy();
  PlayAnIncident();
  EXPECT_THAT(ChangesOf(webhook_.Await(2)), ElementsAre("inc-1 grown", "inc-1 closed"));
}

// Another authority signed for the same name: nobody is told anything.
TEST_F(Delivery, WhoCannotProveHisNameIsToldNothing) {
  ExpectDistrust({&webhook_, &syslog_, &email_}, state_.files().authority_certificate());
}

// The right authority signed for another name.
TEST_F(Delivery, WhoHasAnotherNameIsToldNothing) {
  const std::string home = folder() + "/others";
  const ReceiverFiles files(home, {"other.example.org"});
  Receiver webhook("webhook", files, home);
  Receiver syslog("syslog", files, home);
  Receiver email("email", files, home);
  ExpectDistrust({&webhook, &syslog, &email}, files.ca);
}

TEST_F(Delivery, AProxyOfTheEnvironmentIsNotAsked) {
  setenv("all_proxy", "http://127.0.0.1:1", 1);  // nobody listens there
  webhook_.Start();
  Configure({Mine("soc", webhook_)});
  StartWithPolicy();
  PlayAnIncident();
  webhook_.Await(3);
  unsetenv("all_proxy");
}

}  // namespace
}  // namespace vigie::server
