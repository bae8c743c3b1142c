#include "server/api/enrollment.h"

#include <gmock/gmock.h>

#include "proto/contract/time_conversion.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

using base::ErrorCode;
using std::chrono::hours;
using ::testing::HasSubstr;
using ::testing::Not;

const credentials::KeyAndCertificate& TestAuthority() {
  static const auto authority = credentials::CreateAuthority("test").value();
  return authority;
}

class Enrolling : public ServerFixture {
 protected:
  std::string NewToken(std::uint32_t uses = 1, std::chrono::seconds valid_for = {}) {
    v1::CreateEnrollmentTokenRequest request;
    request.set_uses(uses);
    request.mutable_valid_for()->set_seconds(valid_for.count());
    return enrollment_.CreateToken(request).value().token();
  }
  static v1::EnrollRequest RequestWith(const std::string& token) {
    v1::EnrollRequest request;
    request.set_token(token);
    request.set_host("w1");
    request.set_certificate_request_pem(credentials::CreateAgentRequest("w1")->request_pem);
    return request;
  }
  base::Result<v1::EnrollResponse> Enroll(const std::string& token) {
    return enrollment_.Enroll("ipv4:127.0.0.1:1", RequestWith(token));
  }

  api::FailureLimiter limiter_{clock_};
  api::Enrollment enrollment_{lane_, limiter_, clock_, TestAuthority()};
};

TEST_F(Enrolling, GivesACertificateForTheIdAndKnowsTheAgent) {
  const auto enrolled = Enroll(NewToken());
  ASSERT_TRUE(enrolled);
  EXPECT_EQ(credentials::AgentIdOf(enrolled->certificate_pem()).value(), enrolled->agent_id());
  EXPECT_EQ(enrolled->ca_pem(), TestAuthority().certificate_pem);
  const auto kept = store_.FindAgent(enrolled->agent_id()).value();
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->enrolled_host, "w1");
  EXPECT_EQ(contract::FromProto(kept->status.enrolled_at()), clock_.Now());
}

TEST_F(Enrolling, EachAgentHasItsOwnId) {
  const std::string token = NewToken(2);
  EXPECT_NE(Enroll(token)->agent_id(), Enroll(token)->agent_id());
}

TEST_F(Enrolling, ATokenServesOnce) {
  const std::string token = NewToken();
  ASSERT_TRUE(Enroll(token));
  const auto again = Enroll(token);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kPermissionDenied);
  EXPECT_THAT(again.error().message, Not(HasSubstr(token)));
}

TEST_F(Enrolling, ATokenEnds) {
  const std::string token = NewToken(1, hours(2));
  clock_.Pass(hours(2));
  EXPECT_EQ(Enroll(token).error().code, ErrorCode::kPermissionDenied);
}

TEST_F(Enrolling, ADayIsTheDefault) {
  const auto created = enrollment_.CreateToken({});
  EXPECT_EQ(contract::FromProto(created->expires_at()), clock_.Now() + hours(24));
}

TEST_F(Enrolling, LifeAndUsesAreBounded) {
  v1::CreateEnrollmentTokenRequest request;
  for (const std::int64_t seconds : {std::int64_t{-1}, std::int64_t{31} * 86400, INT64_MAX}) {
    request.mutable_valid_for()->set_seconds(seconds);
    EXPECT_EQ(enrollment_.CreateToken(request).error().code, ErrorCode::kInvalidArgument);
  }
  request.clear_valid_for();
  request.set_uses(10'001);
  EXPECT_EQ(enrollment_.CreateToken(request).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(Enrolling, ADamagedRequestDoesNotSpendTheToken) {
  const std::string token = NewToken();
  v1::EnrollRequest request = RequestWith(token);
  request.set_certificate_request_pem("-----BEGIN NOTHING-----");
  const auto refused = enrollment_.Enroll("peer:1", request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(refused.error().message, HasSubstr("certificate_request_pem"));
  EXPECT_TRUE(Enroll(token));
}

TEST_F(Enrolling, RequestsWithoutHostOrTokenAreRefused) {
  v1::EnrollRequest request = RequestWith(NewToken());
  request.clear_host();
  EXPECT_EQ(enrollment_.Enroll("peer:1", request).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(Enroll("").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(Enroll(std::string(1000, 'x')).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(Enrolling, GuessingIsSlowedDownAndLocksNobodyElseOut) {
  for (int i = 0; i < api::FailureLimiter::kFailures; ++i) {
    EXPECT_EQ(Enroll("guess").error().code, ErrorCode::kPermissionDenied);
  }
  EXPECT_EQ(Enroll("guess").error().code, ErrorCode::kResourceExhausted);
  EXPECT_TRUE(Enroll(NewToken())) << "behind the same address";
}

TEST_F(Enrolling, WithoutAnAuthorityNobodyIsEnrolled) {
  api::Enrollment without(lane_, limiter_, clock_, std::nullopt);
  EXPECT_EQ(without.Enroll("peer:1", RequestWith(NewToken())).error().code, ErrorCode::kFailedPrecondition);
}

}  // namespace
}  // namespace vigie::server
