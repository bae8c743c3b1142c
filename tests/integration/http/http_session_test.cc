// Browsers: they sign in with an API token, and from then on a cookie stands for it; nothing else changes.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "core/credentials/certificates.h"
#include "platform/fake/fake_clock.h"
#include "server/api/method_table.h"
#include "tests/integration/http/http_test.h"
#include "vigie/v1/access_service.grpc.pb.h"

namespace vigie::server::http {
namespace {

using nlohmann::json;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kListAgents = "/vigie.v1.FleetService/ListAgents";

// What a browser holds of its session.
struct Browser {
  std::string cookie;
  std::string csrf;
  json told;

  Headers headers() const { return {{"Cookie", cookie}, {"X-Vigie-CSRF", csrf}, {"Content-Type", "application/json"}}; }
};

class HttpSessions : public HttpTest {
 protected:
  Reply PostToken(HttpClient& client, const std::string& token) {
    return client.Ask("POST", "/session", {{"Content-Type", "application/json"}}, json{{"token", token}}.dump());
  }
  Browser SignIn(HttpClient& client, const std::string& token) {
    const Reply reply = PostToken(client, token);
    EXPECT_EQ(reply.status, 200U) << reply.body;
    if (reply.status != 200) return {};
    const std::string cookie = reply.headers.at("set-cookie");
    const json told = json::parse(reply.body);
    return {cookie.substr(0, cookie.find(';')), told["csrf"], told};
  }
  std::string NewToken(const std::string& name, const std::string& role) {
    HttpClient client = NewClient();
    const json wanted = {{"name", name}, {"role", role}};
    return json::parse(
        client.Post("/vigie.v1.AccessService/CreateApiToken", wanted.dump(), state_.token()).body)["token"];
  }
  void Revoke(const std::string& name) {
    HttpClient client = NewClient();
    const std::string wanted = json{{"name", name}}.dump();
    ASSERT_EQ(client.Post("/vigie.v1.AccessService/RevokeApiToken", wanted, state_.token()).status, 200U);
  }
};

TEST_F(HttpSessions, ABrowserSignsInAsksAndSignsOut) {
  HttpClient client = NewClient();
  const Browser browser = SignIn(client, state_.token());
  EXPECT_THAT(browser.cookie, StartsWith("__Host-vigie="));
  EXPECT_EQ(browser.told["name"], "admin");
  EXPECT_EQ(browser.told["role"], "admin");
  const Reply who = client.Ask("GET", "/session", {{"Cookie", browser.cookie}});
  EXPECT_EQ(who.status, 200U);
  EXPECT_EQ(json::parse(who.body)["csrf"], browser.csrf);
  EXPECT_EQ(client.Ask("POST", kListAgents, browser.headers(), "{}").status, 200U);
  EXPECT_EQ(client.Ask("GET", "/metrics", {{"Cookie", browser.cookie}}).status, 200U);
  const Reply out = client.Ask("DELETE", "/session", browser.headers());
  EXPECT_EQ(out.status, 204U);
  EXPECT_THAT(out.headers.at("set-cookie"), HasSubstr("Max-Age=0"));
  EXPECT_EQ(client.Ask("POST", kListAgents, browser.headers(), "{}").status, 401U);
  EXPECT_EQ(client.Ask("GET", "/session", {{"Cookie", browser.cookie}}).status, 401U);
}

TEST_F(HttpSessions, TheCookieIsForThisHostOverTlsAndForNoScript) {
  HttpClient client = NewClient();
  const Reply reply = PostToken(client, state_.token());
  EXPECT_THAT(reply.headers.at("set-cookie"),
              ::testing::MatchesRegex("__Host-vigie=[A-Za-z0-9_-]{43}; Path=/; Secure; HttpOnly; SameSite=Strict"));
  EXPECT_EQ(reply.headers.at("cache-control"), "no-store");
  EXPECT_EQ(reply.body.find(state_.token()), std::string::npos);
}

TEST_F(HttpSessions, WithoutItsCsrfTokenACookieChangesNothing) {
  HttpClient client = NewClient();
  const Browser browser = SignIn(client, state_.token());
  for (const std::string& csrf : {std::string(), std::string("0"), browser.csrf + "0"}) {
    Headers headers = browser.headers();
    headers["X-Vigie-CSRF"] = csrf;
    const Reply refused = client.Ask("POST", kListAgents, headers, "{}");
    EXPECT_EQ(refused.status, 403U);
    EXPECT_EQ(json::parse(refused.body)["code"], "permission_denied");
    EXPECT_EQ(client.Ask("DELETE", "/session", headers).status, 403U);
  }
  EXPECT_EQ(client.Ask("POST", kListAgents, browser.headers(), "{}").status, 200U);
}

TEST_F(HttpSessions, AnotherSiteCanNeitherAskNorSignIn) {
  HttpClient client = NewClient();
  const Browser browser = SignIn(client, state_.token());
  for (const auto& [name, value] :
       Headers{{"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "cross-site"}, {"origin", "null"}}) {
    Headers headers = browser.headers();
    headers[name] = value;
    EXPECT_EQ(client.Ask("POST", kListAgents, headers, "{}").status, 403U) << name;
    EXPECT_EQ(client.Ask("GET", "/session", headers).status, 403U) << name;
    EXPECT_EQ(client.Ask("POST", "/session", headers, json{{"token", state_.token()}}.dump()).status, 403U) << name;
  }
  Headers own = browser.headers();
  own["Origin"] = "https://localhost";
  own["Sec-Fetch-Site"] = "same-origin";
  EXPECT_EQ(client.Ask("POST", kListAgents, own, "{}").status, 200U);
}

TEST_F(HttpSessions, ARevokedTokenEndsItsSessions) {
  const std::string token = NewToken("ada", "analyst");
  HttpClient client = NewClient();
  const Browser first = SignIn(client, token);
  const Browser second = SignIn(client, token);
  EXPECT_EQ(client.Ask("POST", kListAgents, first.headers(), "{}").status, 200U);
  Revoke("ada");
  EXPECT_EQ(client.Ask("POST", kListAgents, first.headers(), "{}").status, 401U);
  const Reply told = client.Ask("GET", "/session", {{"Cookie", second.cookie}});
  EXPECT_EQ(told.status, 401U);
  EXPECT_EQ(PostToken(client, token).status, 401U);
}

TEST_F(HttpSessions, WhoGuessesTokensIsSlowedDown) {
  HttpClient client = NewClient();
  std::vector<unsigned> statuses;
  for (int guess = 0; guess < 12; ++guess)
    statuses.push_back(PostToken(client, "guess" + std::to_string(guess)).status);
  EXPECT_EQ(statuses.front(), 401U);
  EXPECT_EQ(statuses.back(), 429U);
  EXPECT_EQ(PostToken(client, state_.token()).status, 200U) << "who has a good one is never locked out";
}

TEST_F(HttpSessions, SigningInAndOutStandInTheAudit) {
  HttpClient client = NewClient();
  const Browser browser = SignIn(client, NewToken("ada", "auditor"));
  EXPECT_EQ(PostToken(client, "wrong").status, 401U);
  EXPECT_EQ(client.Ask("DELETE", "/session", browser.headers()).status, 204U);
  const auto entries = [&](const char* method) {
    json page;
    for (int attempt = 0; attempt < 200; ++attempt) {
      page = json::parse(
          client.Post("/vigie.v1.AuditService/ListAudit", json{{"method", method}}.dump(), state_.token()).body);
      if (page.contains("entries") &&
          page["entries"].size() >= (method == std::string("SessionService/SignIn") ? 2U : 1U))
        break;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return page.value("entries", json::array());
  };
  const json in = entries("SessionService/SignIn");
  ASSERT_EQ(in.size(), 2U);
  EXPECT_EQ(in[0]["who"], "ada");
  EXPECT_EQ(in[0]["outcome"], "OK");
  EXPECT_EQ(in[0]["address"], "ipv4:127.0.0.1:" + std::to_string(client.port()));
  EXPECT_EQ(in[1]["outcome"], "UNAUTHENTICATED");
  EXPECT_EQ(in.dump().find("wrong"), std::string::npos);
  ASSERT_EQ(entries("SessionService/SignOut").size(), 1U);
}

TEST_F(HttpSessions, AStreamEndsWithItsSession) {
  HttpClient client = NewClient();
  const Browser browser = SignIn(client, state_.token());
  HttpClient watcher = NewClient();
  Headers headers = browser.headers();
  headers["Content-Type"] = "application/connect+json";
  watcher.Watch("/vigie.v1.IncidentService/WatchIncidents", "{}", headers);
  EXPECT_EQ(client.Ask("DELETE", "/session", browser.headers()).status, 204U);
  EXPECT_EQ(json::parse(watcher.NextMessage())["error"]["code"], "unauthenticated");
  EXPECT_TRUE(watcher.LastWasTheEnd());
}

// Every method, asked with a token and with a cookie of each role: what one is refused, the other is, too.
TEST_F(HttpSessions, ACookieMayWhatItsTokenMay) {
  for (const std::string role : {"analyst", "auditor", "officer"}) {
    const std::string token = NewToken("of-" + role, role);
    HttpClient client = NewClient();
    const Browser browser = SignIn(client, token);
    for (const api::MethodRule& rule : api::MethodTable()) {
      if (rule.caller != api::Caller::kPerson) continue;
      const std::string path = "/vigie.v1." + std::string(rule.method);
      const unsigned by_token = client.Post(path, "{}", token).status;
      const unsigned by_cookie = client.Ask("POST", path, browser.headers(), "{}").status;
      EXPECT_EQ(by_token, by_cookie) << role << " " << rule.method;
      if (!api::MayCall(role, rule)) {
        EXPECT_THAT(by_cookie, ::testing::AnyOf(400U, 403U)) << role << " " << rule.method;
      }
    }
  }
}

TEST_F(HttpSessions, NobodyOnTheNetworkCanPoseAsASession) {
  auto context = std::make_unique<grpc::ClientContext>();
  context->AddMetadata("vigie-relay-secret", credentials::CreateToken());  // another than the collector's
  context->AddMetadata("vigie-relayed-token-hash", credentials::TokenHash(state_.token()));
  v1::ListGapsResponse gaps;
  EXPECT_EQ(analyst().fleet->ListGaps(context.get(), {}, &gaps).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  HttpClient client = NewClient();
  const Headers headers{{"vigie-relayed-token-hash", credentials::TokenHash(state_.token())},
                        {"Content-Type", "application/json"}};
  EXPECT_EQ(client.Ask("POST", kListAgents, headers, "{}").status, 401U);
}

class ExpiringSessions : public HttpSessions {
 protected:
  const base::Clock& clock() const override { return time_; }
  platform::FakeClock time_{base::SystemClock().Now()};
};

TEST_F(ExpiringSessions, AnIdleSessionEnds) {
  HttpClient client = NewClient();
  const Browser browser = SignIn(client, state_.token());
  time_.Advance(minutes(29));
  EXPECT_EQ(client.Ask("POST", kListAgents, browser.headers(), "{}").status, 200U);
  time_.Advance(minutes(29));
  EXPECT_EQ(client.Ask("POST", kListAgents, browser.headers(), "{}").status, 200U);
  time_.Advance(minutes(30));
  const Reply ended = client.Ask("POST", kListAgents, browser.headers(), "{}");
  EXPECT_EQ(ended.status, 401U);
  EXPECT_THAT(ended.body, HasSubstr("sign in again"));
}

class ShortSessions : public ExpiringSessions {
 protected:
  void Configure(v1::CollectorConfig& config) override {
    config.mutable_http()->mutable_session_idle()->set_seconds(600);
    config.mutable_http()->mutable_session_length()->set_seconds(3600);
  }
};

TEST_F(ShortSessions, TheConfigurationSaysHowLongTheyLast) {
  HttpClient client = NewClient();
  const Browser browser = SignIn(client, state_.token());
  for (int time = 0; time < 11; ++time) {
    time_.Advance(minutes(5));
    ASSERT_EQ(client.Ask("GET", "/session", {{"Cookie", browser.cookie}}).status, 200U) << time;
  }
  time_.Advance(minutes(5));
  EXPECT_EQ(client.Ask("GET", "/session", {{"Cookie", browser.cookie}}).status, 401U);
}

}  // namespace
}  // namespace vigie::server::http
