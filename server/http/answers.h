#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/http/exchange.h"

// What is asked of the gRPC side, and what its answers become in HTTP.
namespace vigie::server::http {

// How a call with one answer ended.
struct Outcome {
  grpc::Status status;
  grpc::ByteBuffer message;
};

// "IncidentService/GetIncident".
std::string_view NameOf(const RelayedRequest& request);
RelayedRequest MetricsRequest(const Request& request, const std::string& caller, const Limits& limits);
RelayedRequest ReadinessRequest(const std::string& caller, const Limits& limits);  // of gRPC's health service

// 405 if this is not to be asked for in this way.
std::optional<Response> CheckVerb(const Request& request, Wanted wanted);
Response NothingHere(const Request& request);
Response StatusResponse(const Request& request, const grpc::Status& status);
std::string BytesOf(const grpc::ByteBuffer& buffer);  // empty for none
Response TextResponse(const Request& request, unsigned status, std::string text);
Response ToResponse(const Request& request, const Method& method, const Outcome& outcome);
Response MetricsResponse(const Request& request, const Outcome& outcome);
Response ReadinessResponse(const Request& request, const Outcome& outcome);

beast_http::response<beast_http::empty_body> StreamHead(const Request& request);
// A message or the end of a stream; `status` becomes how it ended. An answer that cannot be told ends it.
std::string ToEnvelope(const Method& method, const Answer& answer, grpc::Status& status);

// Why a request could not be read, and the HTTP status that says so; 0: the other side is gone, nobody would hear it.
struct ReadFailure {
  unsigned status = 0;
  std::string reason;
};
ReadFailure ReasonOf(const boost::system::error_code& error, const Limits& limits);
// Why two readers could disagree on where this request ends, whom it is for or who asks; 0: they cannot.
ReadFailure AmbiguityOf(const beast_http::request_header<>& request);

}  // namespace vigie::server::http
