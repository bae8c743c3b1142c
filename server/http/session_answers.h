#pragma once

#include <string>

#include "server/http/answers.h"
#include "server/http/asker.h"

// POST, GET and DELETE /session: what is asked of the gRPC side, and what its answers become.
namespace vigie::server::http {

// With an API token, or with a user's name and password.
struct SignInCredentials {
  std::string token = {};
  std::string name = {};
  std::string password = {};
};

// {"token": "…"} or {"name": "…", "password": "…"}. kInvalidArgument for what is no such thing, and for a form of a
// page.
base::Result<SignInCredentials> ReadSignIn(const Request& request);

RelayedRequest SignInRequest(const SignInCredentials& sign_in, const std::string& caller, const Limits& limits);
RelayedRequest GetCallerRequest(const std::string& token_hash, const std::string& caller, const Limits& limits);
RelayedRequest SignOutRequest(const std::string& token_hash, const std::string& caller, const Limits& limits);

// {"name","role","has_password","expires_at","csrf"}: to a sign-in, with the cookie of the session that has begun; the
// one of the browser before it has ended. / Of the session that asks, from the answer to GetCaller.
Response SignedInResponse(const Request& request, const Outcome& outcome, Sessions& sessions,
                          const SignInCredentials& sign_in);
Response SessionResponse(const Request& request, const Outcome& outcome, const Session& session);
// 401 for who has none.
Response NoSessionResponse(const Request& request);
// 204, and the browser forgets its cookie.
Response SignedOutResponse(const Request& request);

}  // namespace vigie::server::http
