// Whatever bytes come as an HTTP request: it is a call of a method that exists, or refused with a reason, and nothing
// is passed on that gRPC's metadata could not hold.
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <cstdlib>

#include "server/http/answers.h"
#include "server/http/connect_protocol.h"
#include "tests/fuzz/fuzz_target.h"

using namespace vigie::server::http;  // NOLINT

namespace {

void Demand(bool holds) {
  if (!holds) std::abort();
}

void CheckCall(const Request& request) {
  const auto call = ReadApiCall(request, "ipv4:192.0.2.1:1", {});
  if (!call) {
    const Response refused = ErrorResponse(request, call.error());
    return Demand(refused.result_int() >= 400 && !refused.body().empty());
  }
  Demand(call->relayed.path.starts_with("/vigie.v1."));
  Demand(std::ranges::all_of(call->relayed.authorization, [](char letter) { return letter >= ' ' && letter <= '~'; }));
  Demand(call->method.streams() || call->relayed.timeout.has_value());
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  static const google::protobuf::LogSilencer silence;
  beast_http::request_parser<beast_http::string_body> parser;
  parser.eager(true);
  parser.body_limit(1 << 16);
  boost::system::error_code error;
  parser.put(boost::asio::buffer(input.data(), input.size()), error);
  if (error) {
    (void)ReasonOf(error, {});
    return;
  }
  if (!parser.is_done()) return;
  const Request request = parser.release();
  (void)CheckVerb(request, WantedBy(request));
  if (WantedBy(request) == Wanted::kApi) CheckCall(request);
}
