#include "server/http/answers.h"

#include <algorithm>
#include <array>
#include <vector>

#include "proto/contract/grpc_status.h"
#include "server/http/connect_protocol.h"
#include "server/http/content_coding.h"
#include "server/http/headers.h"
#include "vigie/v1/metrics_service.pb.h"

namespace vigie::server::http {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::string_view kPackage = "/vigie.v1.";
constexpr const char* kReadinessPath = "/grpc.health.v1.Health/Check";
constexpr const char* kMetricsPath = "/vigie.v1.MetricsService/GetMetrics";
constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";
constexpr std::string_view kTextType = "text/plain; charset=utf-8";
constexpr std::size_t kWorthPacking = 1024;
// HealthCheckResponse{status: SERVING}, https://github.com/grpc/grpc/blob/master/doc/health-checking.md
constexpr std::string_view kServing("\x08\x01", 2);

Response WithBody(const Request& request, std::string_view type, std::string body) {
  Response response = NewResponse(request, 200, type);
  response.body() = std::move(body);
  response.prepare_payload();
  return response;
}

// A long one goes packed to who can unpack it. No other site's page can make a browser ask (SameSite, CSRF token), so
// what its length tells is told to nobody who could choose a part of it.
Response Packed(const Request& request, std::string json) {
  constexpr std::array kThere = {Coding::kGzip, Coding::kIdentity};
  const bool wanted =
      json.size() >= kWorthPacking && ChooseCoding(HeaderOf(request, "Accept-Encoding"), kThere) == Coding::kGzip;
  auto packed = wanted ? Gzip(json) : std::nullopt;
  Response response = WithBody(request, kUnaryType, packed ? *std::move(packed) : std::move(json));
  response.set(beast_http::field::vary, "Accept-Encoding");
  if (wanted && packed) response.set(beast_http::field::content_encoding, "gzip");
  return response;
}

std::vector<beast_http::verb> VerbsOf(Wanted wanted) {
  using beast_http::verb;
  if (wanted == Wanted::kApi || wanted == Wanted::kAttribution) return {verb::post};
  if (wanted == Wanted::kSession) return {verb::get, verb::post, verb::delete_};
  return {verb::get, verb::head};
}

std::string ListOf(const std::vector<beast_http::verb>& verbs) {
  std::string list;
  for (const auto verb : verbs) {
    if (verb == beast_http::verb::head) continue;  // goes with GET
    list += (list.empty() ? "" : ", ") + std::string(beast_http::to_string(verb));
  }
  return list;
}

}  // namespace

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  if (!buffer.Valid() || !buffer.DumpToSingleSlice(&slice).ok()) return "";
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

Response StatusResponse(const Request& request, const grpc::Status& status) {
  Response response = ErrorResponse(request, contract::FromStatus(status), HttpStatusOf(status.error_code()));
  response.body() = ErrorBody(status);  // ABORTED has no Error of ours, and keeps its name
  response.prepare_payload();
  return response;
}

std::string_view NameOf(const RelayedRequest& request) {
  return std::string_view(request.path).substr(kPackage.size());
}

RelayedRequest MetricsRequest(const Request& request, const std::string& caller, const Limits& limits) {
  return {.path = kMetricsPath,
          .authorization = AuthorizationOf(request),
          .caller = caller,
          .timeout = limits.call_timeout,
          .message = grpc::ByteBuffer(nullptr, 0)};
}

RelayedRequest ReadinessRequest(const std::string& caller, const Limits& limits) {
  return {.path = kReadinessPath,
          .authorization = "",
          .caller = caller,
          .timeout = limits.call_timeout,
          .message = grpc::ByteBuffer(nullptr, 0)};
}

std::optional<Response> CheckVerb(const Request& request, Wanted wanted) {
  const auto verbs = VerbsOf(wanted);
  if (std::ranges::find(verbs, request.method()) != verbs.end()) return std::nullopt;
  const std::string list = ListOf(verbs);
  Response refused = ErrorResponse(request, {ErrorCode::kUnsupported, "only " + list + " is answered here"}, 405);
  refused.set(beast_http::field::allow, list);
  return refused;
}

Response NothingHere(const Request& request) {
  return ErrorResponse(
      request,
      {ErrorCode::kNotFound,
       "nothing is here: POST /vigie.v1.SERVICE/METHOD, POST /attribution, GET /, /api, /metrics, /healthz, /readyz"});
}

Response TextResponse(const Request& request, unsigned status, std::string text) {
  Response response = NewResponse(request, status, kTextType);
  response.body() = std::move(text);
  response.prepare_payload();
  return response;
}

Response ToResponse(const Request& request, const Method& method, const Outcome& outcome) {
  if (!outcome.status.ok()) return StatusResponse(request, outcome.status);
  auto json = method.Answer(outcome.message);
  if (!json) return ErrorResponse(request, json.error());
  return Packed(request, *std::move(json));
}

Response MetricsResponse(const Request& request, const Outcome& outcome) {
  if (!outcome.status.ok()) return StatusResponse(request, outcome.status);
  v1::GetMetricsResponse metrics;
  if (!metrics.ParseFromString(BytesOf(outcome.message))) {
    return ErrorResponse(request, {ErrorCode::kInternal, "the metrics cannot be read"});
  }
  return WithBody(request, kMetricsType, std::move(*metrics.mutable_text()));
}

Response ReadinessResponse(const Request& request, const Outcome& outcome) {
  const bool ready = outcome.status.ok() && BytesOf(outcome.message) == kServing;
  return TextResponse(request, ready ? 200 : 503, ready ? "ready\n" : "not ready\n");
}

beast_http::response<beast_http::empty_body> StreamHead(const Request& request) {
  beast_http::response<beast_http::empty_body> head(NewResponse(request, 200, kStreamType).base());
  head.keep_alive(false);
  head.chunked(true);
  return head;
}

std::string ToEnvelope(const Method& method, const Answer& answer, grpc::Status& status) {
  if (const auto* ended = std::get_if<grpc::Status>(&answer)) {
    status = *ended;
    return EndEnvelope(status);
  }
  const auto json = method.Answer(std::get<grpc::ByteBuffer>(answer));
  if (json) return Envelope(*json);
  status = contract::ToStatus(json.error());
  return EndEnvelope(status);
}

ReadFailure ReasonOf(const boost::system::error_code& error, const Limits& limits) {
  if (error.category() != make_error_code(beast_http::error::end_of_stream).category()) return {};
  if (error == beast_http::error::header_limit) {
    return {431, "the headers are longer than " + std::to_string(limits.header_bytes) + " bytes"};
  }
  if (error == beast_http::error::body_limit) {
    return {413, "the request is longer than " + std::to_string(limits.request_bytes) + " bytes"};
  }
  return {400, "this is no HTTP/1.1 request: " + error.message()};
}

ReadFailure AmbiguityOf(const beast_http::request_header<>& request) {
  using beast_http::field;
  // Any coding of it: where such a request ends is a matter of opinion.
  if (request.count(field::transfer_encoding) != 0) {
    return {411, "a request needs a Content-Length, and no Transfer-Encoding"};
  }
  // RFC 9112, 3.2 and 6.3. Of each of these the first would be read here, and perhaps the last by what stands before.
  for (const field once : {field::host, field::content_length, field::authorization, field::cookie, field::origin}) {
    if (request.count(once) > 1) return {400, std::string(beast_http::to_string(once)) + " is given more than once"};
  }
  if (HeaderOf(request, "Content-Length").find(',') != std::string_view::npos) {
    return {400, "Content-Length must be one number"};
  }
  return {};
}

}  // namespace vigie::server::http
