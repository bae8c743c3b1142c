// People who sign in by name and password.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "platform/fake/fake_clock.h"
#include "tests/integration/collector/vigie_command.h"
#include "tests/integration/http/http_test.h"

namespace vigie::server::http {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kPassword = "quiet harbour at night";
const std::string kListAgents = "/vigie.v1.FleetService/ListAgents";
const std::string kUsers = "/vigie.v1.UserService/";
const std::string kChange = "/vigie.v1.SessionService/ChangePassword";

class HttpUsers : public HttpTest {
 protected:
  struct Browser {
    std::string cookie;
    std::string csrf;
    Headers headers() const {
      return {{"Cookie", cookie}, {"X-Vigie-CSRF", csrf}, {"Content-Type", "application/json"}};
    }
  };

  void SetUp() override {
    HttpTest::SetUp();
    client_ = std::make_unique<HttpClient>(collector_->http_address(), state_.ca());
  }
  // Of UserService, by the token of init; its answer must be 200.
  json Admin(const std::string& method, const json& request) {
    const Reply reply = client_->Post(kUsers + method, request.dump(), state_.token());
    EXPECT_EQ(reply.status, 200U) << method << " " << reply.body;
    return json::parse(reply.body);
  }
  std::string Refusal(const std::string& method, const json& request) {
    const Reply reply = client_->Post(kUsers + method, request.dump(), state_.token());
    EXPECT_NE(reply.status, 200U) << method;
    return json::parse(reply.body)["code"];
  }
  void Add(const std::string& name, const std::string& role) {
    EXPECT_FALSE(Admin("CreateUser", {{"name", name}, {"role", role}, {"password", kPassword}}).contains("password"));
  }
  Reply PostPassword(const std::string& name, const std::string& password, const Headers& more = {}) {
    Headers headers = more;
    headers["Content-Type"] = "application/json";
    return client_->Ask("POST", "/session", headers, json{{"name", name}, {"password", password}}.dump());
  }
  Browser SignIn(const std::string& name, const std::string& password = kPassword) {
    const Reply reply = PostPassword(name, password);
    EXPECT_EQ(reply.status, 200U) << reply.body;
    if (reply.status != 200) return {};
    const std::string cookie = reply.headers.at("set-cookie");
    return {cookie.substr(0, cookie.find(';')), json::parse(reply.body)["csrf"]};
  }
  unsigned Ask(const Browser& browser, const std::string& path = kListAgents, const std::string& body = "{}") {
    return client_->Ask("POST", path, browser.headers(), body).status;
  }
  Reply Change(const std::string& name, const std::string& old_password, const std::string& new_password) {
    return client_->Post(kChange,
                         json{{"name", name}, {"oldPassword", old_password}, {"newPassword", new_password}}.dump());
  }
  std::string Audit() {
    const std::string wanted = json{{"pageSize", 1000}}.dump();
    return client_->Post("/vigie.v1.AuditService/ListAudit", wanted, state_.token()).body;
  }

  std::unique_ptr<HttpClient> client_;
};

TEST_F(HttpUsers, ABrowserSignsInByNameAndPassword) {
  Add("Ada", "analyst");
  const Reply reply = PostPassword("ada", kPassword);
  ASSERT_EQ(reply.status, 200U) << reply.body;
  EXPECT_THAT(reply.headers.at("set-cookie"),
              ::testing::MatchesRegex("__Host-vigie=[A-Za-z0-9_-]{43}; Path=/; Secure; HttpOnly; SameSite=Strict"));
  const json told = json::parse(reply.body);
  EXPECT_EQ(told["name"], "Ada");
  EXPECT_EQ(told["role"], "analyst");
  EXPECT_EQ(told["has_password"], true);
  EXPECT_EQ(told.size(), 5U) << "nothing else is told: " << reply.body;
  const Browser ada = SignIn("Ada");
  EXPECT_EQ(Ask(ada), 200U);
  EXPECT_EQ(Ask(ada, "/vigie.v1.AuditService/ListAudit"), 403U) << "her role does not allow it";
  EXPECT_EQ(json::parse(client_->Ask("GET", "/session", {{"Cookie", ada.cookie}}).body)["name"], "Ada");
  EXPECT_EQ(client_->Ask("DELETE", "/session", ada.headers()).status, 204U);
  EXPECT_EQ(Ask(ada), 401U);
}

TEST_F(HttpUsers, ASessionByPasswordNeedsItsCsrfTokenAndTheOwnSite) {
  Add("ada", "analyst");
  Browser ada = SignIn("ada");
  EXPECT_EQ(PostPassword("ada", kPassword, {{"Origin", "https://evil.example"}}).status, 403U);
  EXPECT_EQ(PostPassword("ada", kPassword, {{"Sec-Fetch-Site", "cross-site"}}).status, 403U);
  ada.csrf += "0";
  EXPECT_EQ(Ask(ada), 403U);
}

TEST_F(HttpUsers, AOneTimePasswordIsGoodOnlyToChooseAnother) {
  const std::string once = Admin("CreateUser", {{"name", "ada"}, {"role", "analyst"}})["password"];
  const Reply refused = PostPassword("ada", once);
  EXPECT_EQ(json::parse(refused.body)["code"], "failed_precondition");
  EXPECT_FALSE(refused.headers.contains("set-cookie"));
  EXPECT_EQ(json::parse(Change("ada", once, "ada ada ada ada").body)["code"], "invalid_argument");
  EXPECT_EQ(json::parse(Change("ada", once, once).body)["code"], "invalid_argument");
  EXPECT_EQ(json::parse(Change("ada", "not this one", kPassword).body)["code"], "permission_denied");
  EXPECT_EQ(Change("ada", once, kPassword).status, 200U);
  EXPECT_EQ(PostPassword("ada", once).status, 401U);
  EXPECT_EQ(Ask(SignIn("ada")), 200U);
  EXPECT_FALSE(Admin("ListUsers", json::object())["users"][0].value("oneTimePassword", false));
}

TEST_F(HttpUsers, WhatChangesAUserEndsHisSessionsAtOnce) {
  Add("ada", "analyst");
  Browser ada = SignIn("ada");
  EXPECT_EQ(Change("ada", kPassword, "another harbour").status, 200U);
  EXPECT_EQ(Ask(ada), 401U);
  ada = SignIn("ada", "another harbour");
  Admin("SetUserRole", {{"name", "ADA"}, {"role", "auditor"}});
  EXPECT_EQ(Ask(ada), 401U);
  ada = SignIn("ada", "another harbour");
  EXPECT_EQ(Ask(ada, "/vigie.v1.AuditService/ListAudit"), 200U) << "the new role";
  Admin("SetUserDisabled", {{"name", "ada"}, {"disabled", true}});
  EXPECT_EQ(Ask(ada), 401U);
  EXPECT_EQ(PostPassword("ada", "another harbour").status, 401U);
  Admin("SetUserDisabled", {{"name", "ada"}, {"disabled", false}});
  EXPECT_EQ(Ask(ada), 401U) << "what has ended does not begin again";
  ada = SignIn("ada", "another harbour");
  const std::string once = Admin("ResetPassword", {{"name", "ada"}})["password"];
  EXPECT_EQ(Ask(ada), 401U);
  EXPECT_EQ(PostPassword("ada", "another harbour").status, 401U);
  EXPECT_EQ(Change("ada", once, kPassword).status, 200U);
  ada = SignIn("ada");
  Admin("RemoveUser", {{"name", "ada"}});
  EXPECT_EQ(Ask(ada), 401U);
  Add("ada", "admin");
  EXPECT_EQ(Ask(ada), 401U) << "nor does another of his name take it over";
}

TEST_F(HttpUsers, AResetAndADisablingEndHisTokensAndWhatBeganWithThem) {
  Add("ada", "analyst");
  const auto make_token = [&] {
    const Reply made =
        client_->Post("/vigie.v1.AccessService/CreateApiToken", R"({"name":"Ada","role":"analyst"})", state_.token());
    return json::parse(made.body).value("token", made.body);
  };
  const auto begin = [&](const std::string& token) {
    const Reply reply =
        client_->Ask("POST", "/session", {{"Content-Type", "application/json"}}, json{{"token", token}}.dump());
    EXPECT_EQ(reply.status, 200U) << reply.body;
    const std::string cookie = reply.headers.at("set-cookie");
    return Browser{cookie.substr(0, cookie.find(';')), json::parse(reply.body)["csrf"]};
  };
  for (const bool resets : {true, false}) {
    const std::string token = make_token();
    const Browser by_token = begin(token);
    EXPECT_EQ(client_->Post(kListAgents, "{}", token).status, 200U);
    EXPECT_EQ(Ask(by_token), 200U);
    if (resets) Admin("ResetPassword", {{"name", "ADA"}});
    if (!resets) Admin("SetUserDisabled", {{"name", "ADA"}, {"disabled", true}});
    Admin("SetUserDisabled", {{"name", "ada"}, {"disabled", false}});
    EXPECT_EQ(client_->Post(kListAgents, "{}", token).status, 401U) << "also once he is let in again";
    EXPECT_EQ(Ask(by_token), 401U);
  }
  Admin("CreateUser", {{"name", "bob"}, {"role", "analyst"}});
  const std::string token = make_token();
  Admin("ResetPassword", {{"name", "bob"}});
  Admin("SetUserRole", {{"name", "ada"}, {"role", "officer"}});
  EXPECT_EQ(client_->Post(kListAgents, "{}", token).status, 200U) << "neither another's reset nor another role";
}

TEST_F(HttpUsers, AStreamEndsWithItsUser) {
  Add("ada", "analyst");
  const Browser ada = SignIn("ada");
  HttpClient watcher = NewClient();
  Headers headers = ada.headers();
  headers["Content-Type"] = "application/connect+json";
  watcher.Watch("/vigie.v1.IncidentService/WatchIncidents", "{}", headers);
  Admin("SetUserDisabled", {{"name", "ada"}, {"disabled", true}});
  std::string last;
  for (std::string message = watcher.NextMessage(); !message.empty(); message = watcher.NextMessage()) last = message;
  EXPECT_THAT(last, HasSubstr("unauthenticated"));
}

TEST_F(HttpUsers, AStreamThatBeganWithATokenEndsWithAReset) {
  Add("ada", "analyst");
  const Reply made =
      client_->Post("/vigie.v1.AccessService/CreateApiToken", R"({"name":"ada","role":"analyst"})", state_.token());
  HttpClient watcher = NewClient();
  watcher.Watch("/vigie.v1.IncidentService/WatchIncidents", "{}", json::parse(made.body).value("token", made.body));
  Admin("ResetPassword", {{"name", "ada"}});
  std::string last;
  for (std::string message = watcher.NextMessage(); !message.empty(); message = watcher.NextMessage()) last = message;
  EXPECT_THAT(last, HasSubstr("unauthenticated"));
}

// However long it takes to look at a password.
class HttpUsersAtOnce : public HttpUsers {
 protected:
  const base::Clock& clock() const override { return still_; }
  void TearDown() override { Stop(); }  // before its clock

 private:
  platform::FakeClock still_;
};

TEST_F(HttpUsersAtOnce, WhoGuessesPasswordsIsSlowedDown) {
  Add("ada", "analyst");
  Add("bob", "analyst");
  unsigned limited = 0;
  for (int i = 0; i < 7; ++i) limited += PostPassword("ada", "a guess of his").status == 429U ? 1 : 0;
  EXPECT_EQ(limited, 1U) << "five are free, the sixth costs a wait";
  EXPECT_EQ(PostPassword("ada", kPassword).status, 429U);
  EXPECT_EQ(PostPassword("bob", kPassword).status, 200U) << "another name";
}

TEST_F(HttpUsers, TheAuditNamesWhoSignedInAndHoldsNoPassword) {
  Add("ada", "analyst");
  (void)SignIn("ada");
  EXPECT_EQ(PostPassword("ada", "a guess of his").status, 401U);
  EXPECT_EQ(PostPassword("my own password, by mistake", "x").status, 401U);
  const std::string once = Admin("ResetPassword", {{"name", "ada"}})["password"];
  EXPECT_EQ(Change("ada", once, "another harbour").status, 200U);
  std::string audit;
  for (int i = 0; i < 100 && audit.find("ChangePassword") == std::string::npos; ++i) audit = Audit();
  for (int i = 0; i < 100 && audit.find("UNAUTHENTICATED") == std::string::npos; ++i) audit = Audit();
  EXPECT_THAT(audit, HasSubstr("SessionService/SignInWithPassword"));
  EXPECT_THAT(audit, HasSubstr("UserService/ResetPassword"));
  EXPECT_THAT(audit, HasSubstr("UserService/CreateUser"));
  for (const std::string& secret :
       {kPassword, once, std::string("another harbour"), std::string("a guess of his"), std::string("by mistake")}) {
    EXPECT_THAT(audit, Not(HasSubstr(secret)));
  }
  for (const json& entry : json::parse(audit)["entries"]) {
    if (entry["method"] != "SessionService/ChangePassword") continue;
    EXPECT_EQ(entry["who"], "ada");
    EXPECT_EQ(entry["role"], "analyst");
  }
}

TEST_F(HttpUsers, TheLastAdminStaysOne) {
  Add("ada", "admin");
  EXPECT_EQ(client_->Post("/vigie.v1.AccessService/RevokeApiToken", R"({"name":"admin"})", state_.token()).status,
            200U);
  const Browser ada = SignIn("ada");
  const auto code = [&](const std::string& method, const std::string& body) {
    return json::parse(client_->Ask("POST", kUsers + method, ada.headers(), body).body).value("code", "fine");
  };
  EXPECT_EQ(code("SetUserRole", R"({"name":"ada","role":"analyst"})"), "failed_precondition");
  EXPECT_EQ(code("SetUserDisabled", R"({"name":"ADA","disabled":true})"), "failed_precondition");
  EXPECT_EQ(code("RemoveUser", R"({"name":"ada"})"), "failed_precondition");
  EXPECT_EQ(code("ResetPassword", R"({"name":"ada"})"), "failed_precondition") << "she may lose it";
  const Reply made =
      client_->Ask("POST", "/vigie.v1.AccessService/CreateApiToken", ada.headers(), R"({"name":"Ada","role":"admin"})");
  const std::string token = json::parse(made.body).value("token", made.body);
  EXPECT_EQ(code("ResetPassword", R"({"name":"ada"})"), "failed_precondition") << "her token would end with it";
  EXPECT_EQ(client_->Post(kListAgents, "{}", token).status, 200U) << "which it has not";
  EXPECT_EQ(Ask(ada), 200U) << "and goes on";
  EXPECT_EQ(code("CreateUser", R"({"name":"bob","role":"admin"})"), "fine");
  EXPECT_EQ(code("SetUserRole", R"({"name":"ada","role":"analyst"})"), "failed_precondition")
      << "bob may never choose a password";
  const json carl = {{"name", "carl"}, {"role", "admin"}, {"password", kPassword}};
  EXPECT_EQ(code("CreateUser", carl.dump()), "fine");
  EXPECT_EQ(code("SetUserRole", R"({"name":"ada","role":"analyst"})"), "fine");
  EXPECT_EQ(Ask(ada), 401U);
}

TEST_F(HttpUsers, NoUserTakesTheLastAdminsToken) {
  EXPECT_EQ(Refusal("CreateUser", {{"name", "Admin"}, {"role", "analyst"}}), "failed_precondition");
  Admin("CreateUser", {{"name", "admin"}, {"role", "admin"}});
  EXPECT_EQ(client_->Post("/vigie.v1.AccessService/RevokeApiToken", R"({"name":"admin"})", state_.token()).status, 400U)
      << "nothing but a password for once would be left";
  Admin("ListUsers", json::object());
}

TEST_F(HttpUsers, AUserAndATokenOfOneNameAreOnePerson) {
  Add("ada", "analyst");
  EXPECT_EQ(
      client_->Post("/vigie.v1.AccessService/CreateApiToken", R"({"name":"Ada","role":"officer"})", state_.token())
          .status,
      400U)
      << "a token of hers has her role";
  const Reply made =
      client_->Post("/vigie.v1.AccessService/CreateApiToken", R"({"name":"Ada","role":"analyst"})", state_.token());
  const std::string token = json::parse(made.body)["token"];
  const std::string who = "/vigie.v1.SessionService/GetCaller";
  EXPECT_EQ(json::parse(client_->Post(who, "{}", token).body)["name"], "ada");
  Admin("SetUserRole", {{"name", "ada"}, {"role", "officer"}});
  EXPECT_EQ(json::parse(client_->Post(who, "{}", token).body)["role"], "officer");
  Admin("SetUserDisabled", {{"name", "ada"}, {"disabled", true}});
  EXPECT_EQ(client_->Post(who, "{}", token).status, 401U);
  Admin("RemoveUser", {{"name", "ada"}});
  EXPECT_EQ(client_->Post(who, "{}", token).status, 401U) << "it went with her";
}

TEST_F(HttpUsers, TheCommandLineManagesUsersAndTakesPasswordsFromStandardInputOnly) {
  const std::string asked = AsAnalyst(*collector_, state_) + " users ";
  const std::string given = state_.files().directory() + "/given";
  const auto run = [&](const std::string& arguments, const std::string& typed = "") {
    state_.Write(given, typed);
    return RunVigie(asked + arguments + " < " + given);
  };
  Outcome ran = run("add ada --role analyst --password", kPassword + "\nsomething else\n");
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.err, HasSubstr("the two differ"));
  ran = run("add ada --role analyst --password", kPassword + "\n" + kPassword + "\n");
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(Ask(SignIn("ada")), 200U);
  ran = run("add bob --role officer");
  const std::string once = ran.out.substr(0, ran.out.find('\n'));
  EXPECT_EQ(json::parse(PostPassword("bob", once).body)["code"], "failed_precondition");
  EXPECT_EQ(run("change-password bob", "not this one\nanother harbour\nanother harbour\n").exit_code, 3);
  ran = run("change-password bob", once + "\nanother harbour\nanother harbour\n");
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(Ask(SignIn("bob", "another harbour")), 200U);
  EXPECT_EQ(run("set-role bob --role auditor").exit_code, 0);
  EXPECT_EQ(run("disable ada").exit_code, 0);
  const json listed = json::parse(run("list --output json").out);
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed[0]["name"], "ada");
  EXPECT_EQ(listed[0]["disabled"], true);
  EXPECT_EQ(listed[1]["role"], "auditor");
  EXPECT_THAT(run("list").out, HasSubstr("disabled"));
  EXPECT_EQ(run("enable ada").exit_code, 0);
  EXPECT_EQ(PostPassword("ada", kPassword).status, 200U);
  EXPECT_EQ(run("reset-password ada").out.size(), 25U);
  EXPECT_EQ(PostPassword("ada", kPassword).status, 401U);
  EXPECT_EQ(run("remove ada").exit_code, 0);
  EXPECT_EQ(run("remove ada").exit_code, 2) << "there is none any more";
}

TEST_F(HttpUsers, OnlyAdminsManageUsers) {
  Add("ada", "officer");
  const Browser ada = SignIn("ada");
  for (const char* method :
       {"CreateUser", "ListUsers", "SetUserRole", "SetUserDisabled", "ResetPassword", "RemoveUser"}) {
    EXPECT_EQ(Ask(ada, kUsers + method, R"({})"), 403U) << method;
    EXPECT_EQ(client_->Post(kUsers + method, "{}").status, 401U) << method;
  }
  EXPECT_EQ(Refusal("CreateUser", {{"name", "ADA"}, {"role", "analyst"}}), "already_exists");
  EXPECT_EQ(Refusal("CreateUser", {{"name", "collector"}, {"role", "analyst"}}), "invalid_argument");
  EXPECT_EQ(Refusal("CreateUser", {{"name", "bob"}, {"role", "king"}}), "invalid_argument");
  EXPECT_EQ(Refusal("CreateUser", {{"name", "bob"}, {"role", "analyst"}, {"password", "short"}}), "invalid_argument");
  EXPECT_EQ(Refusal("ResetPassword", {{"name", "bob"}}), "not_found");
}

}  // namespace
}  // namespace vigie::server::http
