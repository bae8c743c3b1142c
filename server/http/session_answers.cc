#include "server/http/session_answers.h"

#include <algorithm>
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

// SignInResponse and GetCallerResponse say the same in the same fields.
Response Tell(const Request& request, const Outcome& outcome, std::string_view cookie, const Session& session) {
  v1::GetCallerResponse who;
  if (!who.ParseFromString(BytesOf(outcome.message))) {
    return ErrorResponse(request, {ErrorCode::kInternal, "who calls cannot be read"});
  }
  const nlohmann::json body = {{"name", who.name()},
                               {"role", who.role()},
                               {"expires_at", contract::FormatTime(contract::ToProto(session.expires_at))},
                               {"csrf", CsrfTokenOf(cookie)}};
  Response response = NewResponse(request, 200, kUnaryType);
  response.body() = body.dump();
  response.prepare_payload();
  return response;
}

void ClearCookie(Response& response) {
  response.set(beast_http::field::set_cookie, std::string(kSessionCookie) + "=" + kAttributes + "; Max-Age=0");
}

}  // namespace

base::Result<std::string> ReadSignIn(const Request& request) {
  if (MediaType(HeaderOf(request, "Content-Type")) != kUnaryType) {
    return Error{ErrorCode::kInvalidArgument, "Content-Type must be application/json"};
  }
  const Error wrong{ErrorCode::kInvalidArgument, R"(the request must be {"token": "an API token"})"};
  if (request.body().size() > kMostSignInBytes) return wrong;
  const auto json = nlohmann::json::parse(request.body(), nullptr, false);
  if (!json.is_object() || json.size() != 1 || !json.contains("token") || !json["token"].is_string()) return wrong;
  std::string token = json["token"].get<std::string>();
  if (!MayBeToken(token)) return wrong;
  return token;
}

RelayedRequest SignInRequest(const std::string& token, const std::string& caller, const Limits& limits) {
  RelayedRequest request = Ask("SignIn", caller, limits);
  request.authorization = "Bearer " + token;
  return request;
}

RelayedRequest GetCallerRequest(const std::string& token_hash, const std::string& caller, const Limits& limits) {
  return AskFor("GetCaller", token_hash, caller, limits);
}

RelayedRequest SignOutRequest(const std::string& token_hash, const std::string& caller, const Limits& limits) {
  return AskFor("SignOut", token_hash, caller, limits);
}

Response SignedInResponse(const Request& request, const Outcome& outcome, Sessions& sessions,
                          const std::string& token) {
  if (!outcome.status.ok()) return StatusResponse(request, outcome.status);
  if (const auto before = sessions.Use(CookieOf(request))) sessions.End(before->id);
  const std::string cookie = sessions.Begin(credentials::TokenHash(token));
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
