// The API over HTTP, by the Connect protocol: the same answers, the same refusals and the same audit as over gRPC.
#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/integration/http/http_test.h"
#include "vigie/v1/access_service.grpc.pb.h"

namespace vigie::server::http {
namespace {

using nlohmann::json;
using std::chrono::minutes;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class HttpApi : public HttpTest {
 protected:
  json Call(HttpClient& client, const std::string& method, const json& request = json::object(),
            unsigned status = 200) {
    const Reply reply = client.Post("/vigie.v1." + method, request.dump(), state_.token());
    EXPECT_EQ(reply.status, status) << reply.body;
    return json::parse(reply.body);
  }
  json Audit(HttpClient& client, const std::string& method) {
    // The audit of reads is written a moment later.
    for (int attempt = 0; attempt < 200; ++attempt) {
      const json page = Call(client, "AuditService/ListAudit", {{"method", method}});
      if (page.contains("entries")) return page["entries"].back();
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    ADD_FAILURE() << "no audit of " << method;
    return {};
  }
  void Leak(AgentClient& agent, std::uint64_t sequence, const std::vector<std::uint32_t>& records) {
    ASSERT_TRUE(agent.Send({MakeEvent({.sequence = sequence, .after = minutes(sequence), .records = records})}));
    ASSERT_TRUE(agent.AwaitAck());
  }
};

TEST_F(HttpApi, ItsAddressIsWrittenDown) {
  EXPECT_EQ(state_.Read(state_.files().http_address()), collector_->http_address() + "\n");
  EXPECT_THAT(collector_->http_address(), StartsWith("127.0.0.1:"));
}

TEST_F(HttpApi, AnIncidentIsReadAndClosedOnOneConnection) {
  ASSERT_TRUE(analyst().PushPolicy(BulkPolicy(1, 100)).ok());
  const auto agent = Connect(NewAgent());
  Leak(*agent, 1, Records(1, 150));
  HttpClient client = NewClient();
  const json list = Call(client, "IncidentService/ListIncidents", {{"state", "INCIDENT_STATE_OPEN"}});
  ASSERT_EQ(list["incidents"].size(), 1U);
  EXPECT_EQ(list["incidents"][0]["distinctCustomers"], 150);
  const std::string id = list["incidents"][0]["id"];
  const json closed = Call(client, "IncidentService/CloseIncident", {{"id", id}, {"reason", "a drill"}});
  EXPECT_EQ(closed["state"], "INCIDENT_STATE_CLOSED");
  EXPECT_EQ(analyst().Get(id).closed_reason(), "a drill");
}

TEST_F(HttpApi, ErrorsComeWithTheirCodeAndSentence) {
  HttpClient client = NewClient();
  const json unknown = Call(client, "IncidentService/GetIncident", {{"id", "inc-99"}}, 404);
  EXPECT_EQ(unknown["code"], "not_found");
  EXPECT_FALSE(unknown["message"].get<std::string>().empty());
  EXPECT_EQ(unknown["details"][0]["debug"]["reason"], "INCIDENT_UNKNOWN");
  EXPECT_EQ(Call(client, "IncidentService/GetIncident", {{"name", "x"}}, 400)["code"], "invalid_argument");
  EXPECT_EQ(Call(client, "IncidentService/Forget", json::object(), 404)["code"], "not_found");
  EXPECT_EQ(Call(client, "AgentService/Connect", json::object(), 501)["code"], "unimplemented");
}

TEST_F(HttpApi, NobodyIsLetInWithoutAGoodToken) {
  HttpClient client = NewClient();
  for (const std::string& token :
       {std::string(), std::string("wrong"), state_.token() + "x", std::string("\xc3\xa9")}) {
    const Reply reply = client.Post("/vigie.v1.IncidentService/ListIncidents", "{}", token);
    EXPECT_EQ(reply.status, 401U);
    EXPECT_EQ(json::parse(reply.body)["code"], "unauthenticated");
    EXPECT_EQ(client.Get("/metrics", token).status, 401U);
  }
}

TEST_F(HttpApi, WhoGuessesTokensIsSlowedDownByHisOwnAddress) {
  HttpClient client = NewClient();
  unsigned last = 0;
  for (int guess = 0; guess < 12; ++guess) {
    last = client.Post("/vigie.v1.FleetService/ListAgents", "{}", "guess" + std::to_string(guess)).status;
  }
  EXPECT_EQ(last, 429U);
  EXPECT_EQ(client.Post("/vigie.v1.FleetService/ListAgents", "{}", state_.token()).status, 200U);
}

TEST_F(HttpApi, ARoleAllowsTheSameAsOverGrpc) {
  HttpClient client = NewClient();
  const json made = Call(client, "AccessService/CreateApiToken", {{"name", "ada"}, {"role", "auditor"}});
  const std::string auditor = made["token"];
  EXPECT_EQ(client.Post("/vigie.v1.AuditService/ListAudit", "{}", auditor).status, 200U);
  const Reply refused = client.Post("/vigie.v1.IncidentService/ListIncidents", "{}", auditor);
  EXPECT_EQ(refused.status, 403U);
  EXPECT_THAT(refused.body, HasSubstr("permission_denied"));
  EXPECT_EQ(client.Get("/metrics", auditor).status, 200U);
}

TEST_F(HttpApi, TheAuditNamesWhoAskedAndFromWhere) {
  HttpClient client = NewClient();
  (void)Call(client, "FleetService/ListAgents");
  const json entry = Audit(client, "FleetService/ListAgents");
  EXPECT_EQ(entry["who"], "admin");
  EXPECT_EQ(entry["outcome"], "OK");
  EXPECT_EQ(entry["address"], "ipv4:127.0.0.1:" + std::to_string(client.port()));
}

TEST_F(HttpApi, NobodyOnTheNetworkCanSayWhoElseHeIs) {
  auto context = analyst().NewContext();
  context->AddMetadata("vigie-relayed-caller", "ipv4:203.0.113.9:1");
  v1::ListGapsResponse gaps;
  ASSERT_TRUE(analyst().fleet->ListGaps(context.get(), {}, &gaps).ok());
  HttpClient client = NewClient();
  EXPECT_THAT(Audit(client, "FleetService/ListGaps")["address"].get<std::string>(), StartsWith("ipv4:127.0.0.1:"));
}

TEST_F(HttpApi, AWatchTellsOfAnIncidentThatOpensAndGrows) {
  ASSERT_TRUE(analyst().PushPolicy(BulkPolicy(1, 100)).ok());
  const auto agent = Connect(NewAgent());
  Leak(*agent, 1, Records(1, 101));
  HttpClient watcher = NewClient();
  watcher.Watch("/vigie.v1.IncidentService/WatchIncidents", "{}", state_.token());
  EXPECT_EQ(json::parse(watcher.NextMessage())["distinctCustomers"], 101);
  Leak(*agent, 2, Records(200, 20));
  EXPECT_EQ(json::parse(watcher.NextMessage())["distinctCustomers"], 121);
  Stop();
  const std::string last = watcher.NextMessage();
  EXPECT_TRUE(last.empty() || watcher.LastWasTheEnd());
}

TEST_F(HttpApi, AStreamThatIsRefusedSaysWhyInItsLastMessage) {
  HttpClient watcher = NewClient();
  watcher.Watch("/vigie.v1.IncidentService/WatchIncidents", "{}", "wrong");
  EXPECT_EQ(json::parse(watcher.NextMessage())["error"]["code"], "unauthenticated");
  EXPECT_TRUE(watcher.LastWasTheEnd());
  EXPECT_EQ(watcher.NextMessage(), "");
}

TEST_F(HttpApi, AWatcherWhoGoesAwayIsForgotten) {
  // The collector serves 100 watchers at a time.
  for (int watcher = 0; watcher < 130; ++watcher) {
    HttpClient client = NewClient();
    client.Watch("/vigie.v1.IncidentService/WatchIncidents", R"({"skipCurrent":true})", state_.token());
    client.Close();
  }
  for (int attempt = 0; attempt < 200; ++attempt) {
    HttpClient client = NewClient();
    client.Watch("/vigie.v1.IncidentService/WatchIncidents", "{}", "wrong");
    const auto watch_context = analyst().NewContext();
    watch_context->set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(200));
    v1::Incident incident;
    const auto watch = analyst().incidents->WatchIncidents(watch_context.get(), {});
    (void)watch->Read(&incident);
    if (watch->Finish().error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) return;
  }
  FAIL() << "the watches of those who went away are still there";
}

TEST_F(HttpApi, HealthNeedsNoTokenAndTellsNothing) {
  HttpClient client = NewClient();
  EXPECT_EQ(client.Get("/healthz").body, "alive\n");
  EXPECT_EQ(client.Get("/readyz").body, "ready\n");
}

TEST_F(HttpApi, MetricsCountWhatWasReallyDone) {
  ASSERT_TRUE(analyst().PushPolicy(BulkPolicy(1, 100)).ok());
  const auto agent = Connect(NewAgent());
  Leak(*agent, 1, Records(1, 150));
  HttpClient client = NewClient();
  (void)Call(client, "FleetService/ListAgents");
  const Reply reply = client.Get("/metrics", state_.token());
  EXPECT_EQ(reply.status, 200U);
  EXPECT_THAT(reply.body, HasSubstr("\nvigie_events_total 1\n"));
  EXPECT_THAT(reply.body, HasSubstr("\nvigie_connected_agents 1\n"));
  EXPECT_THAT(reply.body, HasSubstr("\nvigie_incidents_opened_total{severity=\"critical\"} 1\n"));
  EXPECT_THAT(reply.body,
              HasSubstr("vigie_http_requests_total{method=\"FleetService/ListAgents\",status=\"200\"} 1\n"));
  EXPECT_THAT(reply.body, Not(HasSubstr("alice")));
}

TEST_F(HttpApi, ReadingMetricsIsNotInTheAuditButBeingRefusedIs) {
  HttpClient client = NewClient();
  EXPECT_EQ(client.Get("/metrics", state_.token()).status, 200U);
  EXPECT_EQ(client.Get("/metrics", "wrong").status, 401U);
  EXPECT_EQ(Audit(client, "MetricsService/GetMetrics")["outcome"], "UNAUTHENTICATED");
  const json page = Call(client, "AuditService/ListAudit", {{"method", "MetricsService/GetMetrics"}});
  EXPECT_EQ(page["entries"].size(), 1U);
}

}  // namespace
}  // namespace vigie::server::http
