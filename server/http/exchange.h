#pragma once

#include <boost/beast/http.hpp>
#include <string>

#include "platform/base/result.h"
#include "server/http/http_server.h"
#include "server/http/transcoder.h"

namespace vigie::server::http {

namespace beast_http = boost::beast::http;
using Request = beast_http::request<beast_http::string_body>;
using Response = beast_http::response<beast_http::string_body>;

// What is asked for, by path and method.
enum class Wanted {
  kApi,
  kSession,
  kMetrics,
  kHealth,
  kReadiness,
  kAttribution,
  kPage
};  // kPage: of the console, if there is such a one
Wanted WantedBy(const Request& request);
std::string_view PathOf(const Request& request);  // without its query

// Of the header, cut to what may be a token; empty if it is none.
std::string AuthorizationOf(const beast_http::request_header<>& request);

// The other side sends its body only after "100 Continue" (RFC 9110, 10.1.1).
bool WaitsForWord(const beast_http::request_header<>& request);

// With the headers that every answer has: not to be cached, sniffed or framed, and a page runs only what is ours.
Response NewResponse(const Request& request, unsigned status, std::string_view type);
// An error as Connect writes it; its HTTP status is `status` if given.
Response ErrorResponse(const Request& request, const base::Error& error, unsigned status = 0);

// A call of the API that the request asks for, checked and transcoded.
struct ApiCall {
  Method method;
  RelayedRequest relayed;
};
// `caller`: address:port. The error, as an answer, otherwise.
base::Result<ApiCall> ReadApiCall(const Request& request, const std::string& caller, const Limits& limits);

}  // namespace vigie::server::http
