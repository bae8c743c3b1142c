#include "server/http/exchange.h"

#include <algorithm>

#include "proto/contract/grpc_status.h"
#include "server/http/connect_protocol.h"
#include "server/http/headers.h"

namespace vigie::server::http {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kMostAuthorizationBytes = 512;
constexpr const char* kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; manifest-src 'self'";
constexpr const char* kPermissionsPolicy =
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), "
    "midi=(), payment=(), usb=()";

Result<void> CheckForm(const Request& request, const Method& method) {
  const std::string_view version = HeaderOf(request, "Connect-Protocol-Version");
  if (!version.empty() && version != "1") {
    return Error{ErrorCode::kInvalidArgument, "Connect-Protocol-Version must be 1"};
  }
  const std::string_view encoding = HeaderOf(request, "Content-Encoding");
  if (!encoding.empty() && encoding != "identity") {
    return Error{ErrorCode::kUnsupported, "compressed requests are not taken: send it as it is"};
  }
  const std::string_view wanted = method.streams() ? kStreamType : kUnaryType;
  if (method.streams() && request.version() < 11) {
    return Error{ErrorCode::kInvalidArgument, "a stream needs HTTP/1.1"};
  }
  if (MediaType(HeaderOf(request, "Content-Type")) == wanted) return {};
  return Error{ErrorCode::kInvalidArgument, "Content-Type must be " + std::string(wanted) + " for this method"};
}

}  // namespace

std::string_view PathOf(const Request& request) {
  const std::string_view target = View(request.target());
  return target.substr(0, target.find('?'));
}

Wanted WantedBy(const Request& request) {
  const std::string_view path = PathOf(request);
  if (path.starts_with("/vigie.v1.")) return Wanted::kApi;
  if (path == "/metrics") return Wanted::kMetrics;
  if (path == "/healthz") return Wanted::kHealth;
  if (path == "/readyz") return Wanted::kReadiness;
  if (path == "/session") return Wanted::kSession;
  if (path == "/attribution") return Wanted::kAttribution;
  return Wanted::kPage;
}

std::string AuthorizationOf(const beast_http::request_header<>& request) {
  const std::string_view value = HeaderOf(request, "Authorization");
  // What gRPC's metadata may hold; anything else is no token of ours.
  const bool printable = std::ranges::all_of(value, [](char letter) { return letter >= ' ' && letter <= '~'; });
  return printable && value.size() <= kMostAuthorizationBytes ? std::string(value) : "";
}

bool WaitsForWord(const beast_http::request_header<>& request) {
  return request.version() >= 11 && MediaType(HeaderOf(request, "Expect")) == "100-continue";
}

Response NewResponse(const Request& request, unsigned status, std::string_view type) {
  Response response(static_cast<beast_http::status>(status), request.version());
  response.set(beast_http::field::content_type, boost::beast::string_view(type.data(), type.size()));
  response.set(beast_http::field::cache_control, "no-store");
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Content-Security-Policy", kContentSecurityPolicy);
  response.set("Referrer-Policy", "no-referrer");
  response.set("Cross-Origin-Opener-Policy", "same-origin");
  response.set("Cross-Origin-Resource-Policy", "same-origin");
  response.set("Permissions-Policy", kPermissionsPolicy);
  response.keep_alive(request.keep_alive());
  return response;
}

Response ErrorResponse(const Request& request, const Error& error, unsigned status) {
  const grpc::Status grpc_status = contract::ToStatus(error);
  Response response = NewResponse(request, status == 0 ? HttpStatusOf(grpc_status.error_code()) : status, kUnaryType);
  if (response.result_int() == 401) response.set(beast_http::field::www_authenticate, "Bearer");
  response.body() = ErrorBody(grpc_status);
  response.prepare_payload();
  return response;
}

Result<ApiCall> ReadApiCall(const Request& request, const std::string& caller, const Limits& limits) {
  auto method = Method::Find(PathOf(request));
  if (!method) return method.error();
  if (auto good = CheckForm(request, *method); !good) return good.error();
  const auto timeout = ParseTimeout(HeaderOf(request, "Connect-Timeout-Ms"));
  if (!timeout) return timeout.error();
  auto text = method->streams() ? OpenOnlyEnvelope(request.body()) : Result<std::string>(request.body());
  if (!text) return text.error();
  auto message = method->Request(*text);
  if (!message) return message.error();
  RelayedRequest relayed{.path = std::string(PathOf(request)),
                         .authorization = AuthorizationOf(request),
                         .caller = caller,
                         .timeout = *timeout,
                         .message = *std::move(message)};
  if (!method->streams())
    relayed.timeout = std::min(relayed.timeout.value_or(limits.call_timeout), limits.call_timeout);
  return ApiCall{*std::move(method), std::move(relayed)};
}

}  // namespace vigie::server::http
