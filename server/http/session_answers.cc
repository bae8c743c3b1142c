#include "server/http/session_answers.h"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "core/credentials/certificates.h"
#include "proto/contract/time_conversion.h"
#include "server/http/connect_protocol.h"
#include "server/http/headers.h"
#include "vigie/v1/session_service.pb.h"

namespace vigie::server::http {
namespace {

using base::Error;
using base::ErrorCode;

constexpr const char* kAttributes = "; Path=/; Secure; HttpOnly; SameSite=Strict";
constexpr std::size_t kMostSignInBytes = 4096;
constexpr std::size_t kMostTokenBytes = 256;

RelayedRequest Ask(const char* method, const std::string& caller, const Limits& limits) {
  return {.path = std::string("/vigie.v1.SessionService/") + method,
          .caller = caller,
          .timeout = limits.call_timeout,
          .message = grpc::ByteBuffer(nullptr, 0)};
}

RelayedRequest AskFor(const char* method, const std::string& token_hash, const std::string& caller,
                      const Limits& limits) {
  RelayedRequest request = Ask(method, caller, limits);
  request.token_hash = token_hash;
  return request;
}

// What may stand in a header, and is no more than a token.
bool MayBeToken(const std::string& text) {
  const auto visible = [](char letter) { return letter > ' ' && letter <= '~'; };
  return !text.empty() && text.size() <= kMostTokenBytes && std::ranges::all_of(text, visible);
}

// SignInResponse, SignInWithPasswordResponse and GetCallerResponse say it in the same fields.
Response Tell(const Request& request, const Outcome& outcome, std::string_view cookie, const Session& session) {
  v1::GetCallerResponse who;
  if (!who.ParseFromString(BytesOf(outcome.message))) {
    return ErrorResponse(request, {ErrorCode::kInternal, "who calls cannot be read"});
  }
  const nlohmann::json body = {{"name", who.name()},
                               {"role", who.role()},
                               {"has_password", who.has_password()},
                               {"expires_at", contract::FormatTime(contract::ToProto(session.expires_at))},
                               {"csrf", CsrfTokenOf(cookie)}};
  Response response = NewResponse(request, 200, kUnaryType);
  response.body() = body.dump();
  response.prepare_payload();
  return response;
}

bool HasOnly(const nlohmann::json& json, std::initializer_list<const char*> texts) {
  return json.is_object() && json.size() == texts.size() &&
         std::ranges::all_of(texts, [&](const char* key) { return json.contains(key) && json[key].is_string(); });
}

RelayedRequest SignInWithPasswordRequest(const SignInCredentials& sign_in, const std::string& caller,
                                         const Limits& limits) {
  v1::SignInWithPasswordRequest message;
  message.set_name(sign_in.name);
  message.set_password(sign_in.password);
  RelayedRequest request = Ask("SignInWithPassword", caller, limits);
  grpc::Slice slice(message.SerializeAsString());
  request.message = grpc::ByteBuffer(&slice, 1);
  return request;
}

// What the session asks with from now on: the token's hash, or the user's stamp in its place.
std::string BeganWith(const SignInCredentials& sign_in, const Outcome& outcome) {
  if (!sign_in.token.empty()) return credentials::TokenHash(sign_in.token);
  v1::SignInWithPasswordResponse who;
  return who.ParseFromString(BytesOf(outcome.message)) ? who.stamp() : "";
}

void ClearCookie(Response& response) {
  response.set(beast_http::field::set_cookie, std::string(kSessionCookie) + "=" + kAttributes + "; Max-Age=0");
}

}  // namespace

base::Result<SignInCredentials> ReadSignIn(const Request& request) {
  if (MediaType(HeaderOf(request, "Content-Type")) != kUnaryType) {
    return Error{ErrorCode::kInvalidArgument, "Content-Type must be application/json"};
  }
  const Error wrong{ErrorCode::kInvalidArgument,
                    R"(the request must be {"token": "an API token"} or {"name": "a user's", "password": "his"})"};
  if (request.body().size() > kMostSignInBytes) return wrong;
  const auto json = nlohmann::json::parse(request.body(), nullptr, false);
  SignInCredentials sign_in;
  if (HasOnly(json, {"token"})) {
    sign_in.token = json["token"].get<std::string>();
    if (MayBeToken(sign_in.token)) return sign_in;
  } else if (HasOnly(json, {"name", "password"})) {
    sign_in.name = json["name"].get<std::string>();
    sign_in.password = json["password"].get<std::string>();
    if (!sign_in.name.empty() && !sign_in.password.empty()) return sign_in;
  }
  return wrong;
}

RelayedRequest SignInRequest(const SignInCredentials& sign_in, const std::string& caller, const Limits& limits) {
  if (sign_in.token.empty()) return SignInWithPasswordRequest(sign_in, caller, limits);
  RelayedRequest request = Ask("SignIn", caller, limits);
  request.authorization = "Bearer " + sign_in.token;
  return request;
}

RelayedRequest GetCallerRequest(const std::string& token_hash, const std::string& caller, const Limits& limits) {
  return AskFor("GetCaller", token_hash, caller, limits);
}

RelayedRequest SignOutRequest(const std::string& token_hash, const std::string& caller, const Limits& limits) {
  return AskFor("SignOut", token_hash, caller, limits);
}

Response SignedInResponse(const Request& request, const Outcome& outcome, Sessions& sessions,
                          const SignInCredentials& sign_in) {
  if (!outcome.status.ok()) return StatusResponse(request, outcome.status);
  if (const auto before = sessions.Use(CookieOf(request))) sessions.End(before->id);
  const std::string cookie = sessions.Begin(BeganWith(sign_in, outcome));
  const auto session = sessions.Use(cookie);
  if (!session) return NoSessionResponse(request);
  Response response = Tell(request, outcome, cookie, *session);
  response.set(beast_http::field::set_cookie, std::string(kSessionCookie) + "=" + cookie + kAttributes);
  return response;
}

Response SessionResponse(const Request& request, const Outcome& outcome, const Session& session) {
  if (outcome.status.ok()) return Tell(request, outcome, CookieOf(request), session);
  Response response = StatusResponse(request, outcome.status);
  if (outcome.status.error_code() == grpc::StatusCode::UNAUTHENTICATED) ClearCookie(response);
  return response;
}

Response NoSessionResponse(const Request& request) {
  return ErrorResponse(request, {ErrorCode::kUnauthenticated, "nobody is signed in here: POST /session"});
}

Response SignedOutResponse(const Request& request) {
  Response response = NewResponse(request, 204, kUnaryType);
  response.erase(beast_http::field::content_type);
  ClearCookie(response);
  return response;
}

}  // namespace vigie::server::http
