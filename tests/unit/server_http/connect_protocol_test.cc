#include "server/http/connect_protocol.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace vigie::server::http {
namespace {

using base::ErrorCode;

TEST(ConnectProtocol, NamesEveryStatusAsTheProtocolDoes) {
  EXPECT_EQ(ConnectCode(grpc::StatusCode::CANCELLED), "canceled");
  EXPECT_EQ(HttpStatusOf(grpc::StatusCode::CANCELLED), 499U);
  EXPECT_EQ(ConnectCode(grpc::StatusCode::UNAUTHENTICATED), "unauthenticated");
  EXPECT_EQ(HttpStatusOf(grpc::StatusCode::UNAUTHENTICATED), 401U);
  EXPECT_EQ(HttpStatusOf(grpc::StatusCode::FAILED_PRECONDITION), 400U);
  EXPECT_EQ(HttpStatusOf(grpc::StatusCode::RESOURCE_EXHAUSTED), 429U);
}

TEST(ConnectProtocol, AnErrorMayQuoteWhatIsNoText) {
  const auto error = nlohmann::json::parse(ErrorBody({grpc::StatusCode::NOT_FOUND, "no \xff\"quoted\""}));
  EXPECT_EQ(error["code"], "not_found");
  EXPECT_EQ(error["message"], "no \xEF\xBF\xBD\"quoted\"");
}

TEST(ConnectProtocol, OpensWhatItWrote) {
  const std::string text(70'000, 'x');
  const auto opened = OpenOnlyEnvelope(Envelope(text));
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(*opened, text);
  EXPECT_EQ(Envelope(text).substr(0, 5), std::string("\0\0\x01\x11\x70", 5));
}

TEST(ConnectProtocol, ARequestOfAStreamIsExactlyOneMessage) {
  const std::string one = Envelope("{}");
  for (const std::string& body : {std::string(), std::string("{}"), one + one, one.substr(0, 6), EndEnvelope({})}) {
    const auto opened = OpenOnlyEnvelope(body);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_EQ(OpenOnlyEnvelope(std::string("\x01\0\0\0\0", 5)).error().code, ErrorCode::kUnsupported);
}

TEST(ConnectProtocol, TheEndSaysHowItEnded) {
  EXPECT_EQ(EndEnvelope({}), std::string("\x02\0\0\0\x02{}", 7));
  const std::string end = EndEnvelope({grpc::StatusCode::UNAVAILABLE, "stopping"});
  EXPECT_EQ(end[0], 2);
  EXPECT_EQ(nlohmann::json::parse(end.substr(5))["error"]["code"], "unavailable");
}

TEST(ConnectProtocol, ReadsTimeouts) {
  EXPECT_EQ(*ParseTimeout(""), std::nullopt);
  EXPECT_EQ(*ParseTimeout("1500"), std::chrono::milliseconds(1500));
  EXPECT_TRUE(ParseTimeout("9999999999"));
  for (const char* wrong : {"10000000000", "-1", "1s", "1.5", " 1", "x"}) EXPECT_FALSE(ParseTimeout(wrong)) << wrong;
}

TEST(ConnectProtocol, ATypeIsKnownWithItsParameters) {
  EXPECT_EQ(MediaType("Application/JSON ; charset=utf-8"), kUnaryType);
  EXPECT_EQ(MediaType(""), "");
}

}  // namespace
}  // namespace vigie::server::http
