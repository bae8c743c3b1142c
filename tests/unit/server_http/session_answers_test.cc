#include "server/http/session_answers.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/credentials/certificates.h"
#include "platform/fake/fake_clock.h"
#include "vigie/v1/session_service.pb.h"

namespace vigie::server::http {
namespace {

using base::ErrorCode;

Request SignIn(const std::string& body, const std::string& type = "application/json") {
  Request request(beast_http::verb::post, "/session", 11);
  request.set(beast_http::field::content_type, type);
  request.body() = body;
  return request;
}

Outcome Ada() {
  v1::SignInResponse ada;
  ada.set_name("ada");
  ada.set_role("analyst");
  const grpc::Slice slice(ada.SerializeAsString());
  return {grpc::Status::OK, {&slice, 1}};
}

TEST(SignIn, TakesATokenAndNothingElse) {
  EXPECT_EQ(ReadSignIn(SignIn(R"({"token":"abc"})"))->token, "abc");
  EXPECT_EQ(ReadSignIn(SignIn(R"({"token":"abc"})", "application/json; charset=utf-8"))->token, "abc");
  const std::string long_token(300, 'x');
  for (const std::string& body : {std::string(), std::string("abc"), std::string("[]"), std::string(R"({"token":1})"),
                                  std::string(R"({"token":""})"), std::string(R"({"token":"a","more":1})"),
                                  std::string(R"({"token":"a\r\nX: y"})"), std::string(R"({"token":"é"})"),
                                  R"({"token":")" + long_token + R"("})", std::string(5000, ' ') + R"({"token":"abc"})",
                                  std::string(4000, '[')}) {
    EXPECT_FALSE(ReadSignIn(SignIn(body))) << body;
  }
}

TEST(SignIn, TakesANameWithAPassword) {
  const auto read = ReadSignIn(SignIn(R"({"name":"ada","password":"ça va, le port?"})"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->name, "ada");
  EXPECT_EQ(read->password, "ça va, le port?");
  EXPECT_EQ(read->token, "");
  for (const char* body : {R"({"name":"ada"})", R"({"password":"quiet harbour"})", R"({"name":"","password":"p"})",
                           R"({"name":"ada","password":""})", R"({"name":"ada","password":1})",
                           R"({"name":"ada","password":"p","token":"t"})"}) {
    EXPECT_FALSE(ReadSignIn(SignIn(body))) << body;
  }
}

TEST(SignIn, APasswordIsAskedOfTheCollectorAndGivesASessionOfItsUser) {
  const SignInCredentials ada{.name = "ada", .password = "quiet harbour"};
  const RelayedRequest request = SignInRequest(ada, "ipv4:192.0.2.7:4242", {});
  EXPECT_EQ(request.path, "/vigie.v1.SessionService/SignInWithPassword");
  EXPECT_EQ(request.authorization, "");
  v1::SignInWithPasswordRequest asked;
  ASSERT_TRUE(asked.ParseFromString(BytesOf(request.message)));
  EXPECT_EQ(asked.name(), "ada");
  EXPECT_EQ(asked.password(), "quiet harbour");
  v1::SignInWithPasswordResponse who;
  who.set_name("ada");
  who.set_role("analyst");
  who.set_stamp("the-stamp");
  const grpc::Slice slice(who.SerializeAsString());
  const platform::FakeClock clock;
  Sessions sessions({}, clock);
  const Response response = SignedInResponse(SignIn("{}"), {grpc::Status::OK, {&slice, 1}}, sessions, ada);
  const std::string cookie(response["Set-Cookie"]);
  EXPECT_EQ(sessions.Use(cookie.substr(13, cookie.find(';') - 13))->token_hash, "the-stamp");
  EXPECT_EQ(response.body().find("the-stamp"), std::string::npos) << "it is nobody's business";
  EXPECT_EQ(nlohmann::json::parse(response.body())["name"], "ada");
}

TEST(SignIn, AFormOfAPageCannotSignIn) {
  for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"}) {
    EXPECT_EQ(ReadSignIn(SignIn(R"({"token":"abc"})", type)).error().code, ErrorCode::kInvalidArgument) << type;
  }
}

TEST(SignIn, GivesACookieThatNoScriptSeesAndNoOtherSiteSends) {
  const platform::FakeClock clock;
  Sessions sessions({}, clock);
  const Response response = SignedInResponse(SignIn("{}"), Ada(), sessions, {.token = "the-token"});
  EXPECT_EQ(response.result_int(), 200U);
  const std::string cookie(response["Set-Cookie"]);
  ASSERT_TRUE(cookie.starts_with("__Host-vigie="));
  EXPECT_TRUE(cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Strict")) << cookie;
  const std::string value = cookie.substr(13, cookie.find(';') - 13);
  EXPECT_EQ(sessions.Use(value)->token_hash, credentials::TokenHash("the-token"));
  const auto json = nlohmann::json::parse(response.body());
  EXPECT_EQ(json, nlohmann::json({{"name", "ada"},
                                  {"role", "analyst"},
                                  {"has_password", false},
                                  {"expires_at", "2022-09-18T18:30:00.000Z"},
                                  {"csrf", CsrfTokenOf(value)}}));
  EXPECT_EQ(response["Cache-Control"], "no-store");
}

TEST(SignIn, EndsTheSessionThatTheBrowserHad) {
  const platform::FakeClock clock;
  Sessions sessions({}, clock);
  const std::string before = sessions.Begin("t");
  Request request = SignIn("{}");
  request.set("Cookie", "__Host-vigie=" + before);
  (void)SignedInResponse(request, Ada(), sessions, {.token = "the-token"});
  EXPECT_FALSE(sessions.Use(before));
}

TEST(SignIn, ABadTokenGetsNoCookie) {
  const platform::FakeClock clock;
  Sessions sessions({}, clock);
  const Outcome refused{{grpc::StatusCode::UNAUTHENTICATED, "no"}, {}};
  const Response response = SignedInResponse(SignIn("{}"), refused, sessions, {.token = "wrong"});
  EXPECT_EQ(response.result_int(), 401U);
  EXPECT_EQ(response.count("Set-Cookie"), 0U);
}

TEST(SignOut, TheBrowserForgetsItsCookie) {
  const Response response = SignedOutResponse(SignIn(""));
  EXPECT_EQ(response.result_int(), 204U);
  EXPECT_EQ(response["Set-Cookie"], "__Host-vigie=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
}

}  // namespace
}  // namespace vigie::server::http
