#include "server/http/transcoder.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "vigie/v1/incident_service.pb.h"

namespace vigie::server::http {
namespace {

using base::ErrorCode;
using ::testing::HasSubstr;

grpc::ByteBuffer BytesOf(const google::protobuf::Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return {&slice, 1};
}

template <typename Message>
Message Read(const grpc::ByteBuffer& bytes) {
  grpc::Slice slice;
  EXPECT_TRUE(bytes.DumpToSingleSlice(&slice).ok());
  Message message;
  EXPECT_TRUE(message.ParseFromArray(slice.begin(), static_cast<int>(slice.size())));
  return message;
}

TEST(Transcoder, KnowsEveryMethodThatIsNoStreamOfRequests) {
  EXPECT_FALSE(Method::Find("/vigie.v1.IncidentService/GetIncident")->streams());
  EXPECT_TRUE(Method::Find("/vigie.v1.IncidentService/WatchIncidents")->streams());
  EXPECT_EQ(Method::Find("/vigie.v1.AgentService/Connect").error().code, ErrorCode::kUnsupported);
}

TEST(Transcoder, NothingElseIsAMethod) {
  for (const char* path :
       {"/vigie.v1.IncidentService/Get", "/vigie.v1.IncidentService", "/vigie.v1.IncidentService/",
        "/vigie.v1.Incident/id", "/vigie.v1.IncidentService/GetIncident/", "/grpc.health.v1.Health/Check",
        "/vigie.v1.IncidentService.GetIncident", "vigie.v1.IncidentService/GetIncident", ""}) {
    EXPECT_FALSE(Method::Find(path)) << path;
  }
}

TEST(Transcoder, ARequestMayUseEitherSpellingOfAName) {
  const auto method = Method::Find("/vigie.v1.IncidentService/ListIncidents");
  for (const char* json : {R"({"pageSize": 7, "state": "INCIDENT_STATE_OPEN"})", R"({"page_size": "7", "state": 1})"}) {
    const auto bytes = method->Request(json);
    ASSERT_TRUE(bytes) << bytes.error().message;
    EXPECT_EQ(Read<v1::ListIncidentsRequest>(*bytes).page_size(), 7U);
  }
  EXPECT_EQ(Read<v1::ListIncidentsRequest>(*method->Request("")).page_size(), 0U);
}

TEST(Transcoder, AWrongRequestIsToldWhereItIsWrong) {
  const auto method = Method::Find("/vigie.v1.IncidentService/ListIncidents");
  for (const char* json : {R"({"page_size": "many"})", R"({"pages": 1})", "[", "7", "{\"state\": \"OPN\"}"}) {
    const auto bytes = method->Request(json);
    ASSERT_FALSE(bytes) << json;
    EXPECT_EQ(bytes.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(bytes.error().message, HasSubstr("ListIncidentsRequest"));
  }
}

TEST(Transcoder, DeepRequestsAreRefused) {
  const auto method = Method::Find("/vigie.v1.IncidentService/ListIncidents");
  EXPECT_FALSE(method->Request(std::string(100'000, '[')));
}

TEST(Transcoder, AnAnswerBecomesJson) {
  v1::Incident incident;
  incident.set_id("inc-1");
  incident.set_distinct_customers(1584);
  const auto json = Method::Find("/vigie.v1.IncidentService/GetIncident")->Answer(BytesOf(incident));
  ASSERT_TRUE(json);
  EXPECT_EQ(nlohmann::json::parse(*json), nlohmann::json({{"id", "inc-1"}, {"distinctCustomers", 1584}}));
}

TEST(Transcoder, BytesThatAreNoAnswerAreAnError) {
  const grpc::Slice slice(std::string("\x0a\xff"));
  EXPECT_EQ(Method::Find("/vigie.v1.IncidentService/GetIncident")->Answer({&slice, 1}).error().code,
            ErrorCode::kInternal);
}

}  // namespace
}  // namespace vigie::server::http
