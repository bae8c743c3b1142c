// Whatever bytes come as an HTTP request: it is a call of a method that exists, or refused with a reason, and nothing
// is passed on that gRPC's metadata could not hold. No cookie opens a session that nobody has begun.
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "server/http/answers.h"
#include "server/http/connect_protocol.h"
#include "server/http/content_coding.h"
#include "server/http/headers.h"
#include "server/http/session_answers.h"
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

// Nobody has signed in: no cookie is a session, whatever it says.
void CheckBrowser(const Request& request) {
  static const vigie::base::SystemClock clock;
  static Sessions sessions({}, clock);
  const auto asker = AskerOf(request, sessions, true);
  Demand(!asker || !asker->session);
  if (const auto sign_in = ReadSignIn(request)) {
    const bool by_token = !sign_in->token.empty();
    Demand(by_token != (!sign_in->name.empty() && !sign_in->password.empty()));
    Demand(sign_in->token.find_first_of("\r\n \0", 0, 4) == std::string::npos);
  }
  constexpr std::array kThere = {Coding::kBrotli, Coding::kGzip, Coding::kIdentity};
  (void)ChooseCoding(HeaderOf(request, "Accept-Encoding"), kThere);
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
  CheckBrowser(request);
  (void)CheckVerb(request, WantedBy(request));
  if (WantedBy(request) == Wanted::kApi) CheckCall(request);
}
