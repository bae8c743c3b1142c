#pragma once

#include <grpcpp/support/status.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/result.h"

// The words of the Connect protocol, version 1, with JSON (https://connectrpc.com/docs/protocol): what a status is
// called and which HTTP status it has, and how the messages of a stream stand one after the other.
namespace vigie::server::http {

inline constexpr std::string_view kUnaryType = "application/json";
inline constexpr std::string_view kStreamType = "application/connect+json";

// "not_found". The HTTP status of the same.
std::string_view ConnectCode(grpc::StatusCode code);
unsigned HttpStatusOf(grpc::StatusCode code);

// {"code":"not_found","message":"…"}, with a vigie.v1.ErrorDetail under "details" where the reason has a name
// (error_reasons.h).
std::string ErrorBody(const grpc::Status& status);

// A message of a stream: a flag, its length in four bytes, the text.
std::string Envelope(std::string_view json);
// The last one: {} or {"error":…}.
std::string EndEnvelope(const grpc::Status& status);
// The text of the only message of a request. kInvalidArgument for none, several, a compressed or a cut one.
base::Result<std::string> OpenOnlyEnvelope(std::string_view body);

// Of Connect-Timeout-Ms: 1 to 10 digits; empty = none.
base::Result<std::optional<std::chrono::milliseconds>> ParseTimeout(std::string_view header);

// "application/json" of "Application/JSON; charset=utf-8".
std::string MediaType(std::string_view header);

}  // namespace vigie::server::http
