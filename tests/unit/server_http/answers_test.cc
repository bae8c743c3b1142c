#include "server/http/answers.h"

#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>

#include "server/http/connect_protocol.h"
#include "vigie/v1/incident_service.pb.h"

namespace vigie::server::http {
namespace {

using base::ErrorCode;
using ::testing::HasSubstr;

Request Post(const std::string& path, const std::string& body, const std::string& type = "application/json") {
  Request request(beast_http::verb::post, path, 11);
  request.set(beast_http::field::content_type, type);
  request.body() = body;
  return request;
}

TEST(HttpAnswers, ACallCarriesItsTokenCallerAndTime) {
  Request request = Post("/vigie.v1.IncidentService/ListIncidents?ignored", "{}");
  request.set("Authorization", "Bearer t");
  request.set("Connect-Timeout-Ms", "250");
  const auto call = ReadApiCall(request, "ipv4:192.0.2.7:5", {});
  ASSERT_TRUE(call) << call.error().message;
  EXPECT_EQ(call->relayed.path, "/vigie.v1.IncidentService/ListIncidents");
  EXPECT_EQ(call->relayed.authorization, "Bearer t");
  EXPECT_EQ(call->relayed.caller, "ipv4:192.0.2.7:5");
  EXPECT_EQ(call->relayed.timeout, std::chrono::milliseconds(250));
}

TEST(HttpAnswers, OnlyAStreamMayTakeAsLongAsItLikes) {
  EXPECT_EQ(ReadApiCall(Post("/vigie.v1.IncidentService/ListIncidents", "{}"), "", {})->relayed.timeout,
            Limits().call_timeout);
  const auto watch =
      ReadApiCall(Post("/vigie.v1.IncidentService/WatchIncidents", Envelope("{}"), std::string(kStreamType)), "", {});
  ASSERT_TRUE(watch);
  EXPECT_EQ(watch->relayed.timeout, std::nullopt);
}

TEST(HttpAnswers, AFormOfABrowsersPageIsNoCall) {
  for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"}) {
    const auto call = ReadApiCall(Post("/vigie.v1.IncidentService/ListIncidents", "{}", type), "", {});
    ASSERT_FALSE(call) << type;
    EXPECT_EQ(call.error().code, ErrorCode::kInvalidArgument);
  }
}

TEST(HttpAnswers, WhatIsNoTokenIsNotPassedOn) {
  for (const std::string& value : {std::string("Bearer \xc3\xa9"), std::string("Bearer a\tb"), std::string(600, 'x')}) {
    Request request = Post("/vigie.v1.IncidentService/ListIncidents", "{}");
    request.set("Authorization", value);
    EXPECT_EQ(ReadApiCall(request, "", {})->relayed.authorization, "");
  }
}

TEST(HttpAnswers, AnotherVersionOrACompressedRequestIsRefused) {
  Request other = Post("/vigie.v1.IncidentService/ListIncidents", "{}");
  other.set("Connect-Protocol-Version", "2");
  EXPECT_EQ(ReadApiCall(other, "", {}).error().code, ErrorCode::kInvalidArgument);
  Request compressed = Post("/vigie.v1.IncidentService/ListIncidents", "{}");
  compressed.set("Content-Encoding", "gzip");
  EXPECT_EQ(ReadApiCall(compressed, "", {}).error().code, ErrorCode::kUnsupported);
}

TEST(HttpAnswers, AnErrorHasTheStatusOfItsCodeAndIsNeverKept) {
  const Response response = ErrorResponse(Request(), {ErrorCode::kUnauthenticated, "no"});
  EXPECT_EQ(response.result_int(), 401U);
  EXPECT_EQ(response["WWW-Authenticate"], "Bearer");
  EXPECT_EQ(response["Cache-Control"], "no-store");
  EXPECT_EQ(response["X-Content-Type-Options"], "nosniff");
  EXPECT_EQ(nlohmann::json::parse(response.body())["code"], "unauthenticated");
}

Response Incident(const std::string& id, const std::string& accept) {
  v1::Incident incident;
  incident.set_id(id);
  const grpc::Slice slice(incident.SerializeAsString());
  Request request = Post("/vigie.v1.IncidentService/GetIncident", "{}");
  request.set("Accept-Encoding", accept);
  return ToResponse(request, *Method::Find("/vigie.v1.IncidentService/GetIncident"), {grpc::Status::OK, {&slice, 1}});
}

TEST(HttpAnswers, ALongAnswerIsPackedForWhoUnpacksIt) {
  const Response packed = Incident(std::string(5000, 'x'), "br, gzip");
  EXPECT_EQ(packed["Content-Encoding"], "gzip");
  EXPECT_EQ(packed["Vary"], "Accept-Encoding");
  EXPECT_LT(packed.body().size(), 500U);
  EXPECT_EQ(packed["Content-Length"], std::to_string(packed.body().size()));
  for (const Response& plain : {Incident(std::string(5000, 'x'), ""), Incident(std::string(5000, 'x'), "gzip;q=0, br"),
                                Incident("inc-1", "gzip")}) {
    EXPECT_EQ(plain.count("Content-Encoding"), 0U);
    EXPECT_EQ(plain.body().front(), '{');
  }
}

TEST(HttpAnswers, AWrongVerbIsToldTheRightOne) {
  const auto refused = CheckVerb(Post("/healthz", ""), Wanted::kHealth);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->result_int(), 405U);
  EXPECT_EQ((*refused)["Allow"], "GET");
}

TEST(HttpAnswers, OnlyGrpcsServingIsReady) {
  const grpc::Slice serving(std::string("\x08\x01"));
  EXPECT_EQ(ReadinessResponse(Request(), {grpc::Status::OK, {&serving, 1}}).result_int(), 200U);
  const grpc::Slice not_serving(std::string("\x08\x02"));
  EXPECT_EQ(ReadinessResponse(Request(), {grpc::Status::OK, {&not_serving, 1}}).result_int(), 503U);
  EXPECT_EQ(ReadinessResponse(Request(), {grpc::Status::CANCELLED, {}}).result_int(), 503U);
}

TEST(HttpAnswers, WhatTwoReadersCouldReadDifferentlyIsRefused) {
  Request request = Post("/session", "{}");
  request.set("Host", "x");
  request.set("Content-Length", "2");
  request.set("Cookie", "a=b");
  EXPECT_EQ(AmbiguityOf(request).status, 0U);
  for (const auto& [name, value] :
       std::map<std::string, std::string>{{"Host", "y"}, {"content-length", "2"}, {"Cookie", "__Host-vigie=x"}}) {
    Request twice = request;
    twice.insert(name, value);
    EXPECT_EQ(AmbiguityOf(twice).status, 400U) << name;
    EXPECT_THAT(AmbiguityOf(twice).reason, HasSubstr("more than once"));
  }
  Request list = request;
  list.set("Content-Length", "2, 2");
  EXPECT_EQ(AmbiguityOf(list).status, 400U);
  Request coded = request;
  coded.set("Transfer-Encoding", "identity");
  EXPECT_EQ(AmbiguityOf(coded).status, 411U);
}

TEST(HttpAnswers, WhoIsGoneIsToldNothing) {
  EXPECT_EQ(ReasonOf(boost::system::errc::make_error_code(boost::system::errc::connection_reset), {}).status, 0U);
  EXPECT_EQ(ReasonOf(beast_http::error::header_limit, {}).status, 431U);
  EXPECT_EQ(ReasonOf(beast_http::error::body_limit, {}).status, 413U);
  EXPECT_EQ(ReasonOf(beast_http::error::bad_method, {}).status, 400U);
}

}  // namespace
}  // namespace vigie::server::http
