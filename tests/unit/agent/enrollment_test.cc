#include "agent/enroll/enrollment.h"

#include <gtest/gtest.h>

#include "core/credentials/certificates.h"
#include "platform/fake/fake_file_system.h"

namespace vigie::agent::enroll {
namespace {

using base::ErrorCode;

// Signs what it is asked to, as `certified` if that is set.
class FakeAuthority final : public EnrollmentAuthority {
 public:
  base::Result<v1::EnrollResponse> Enroll(const v1::EnrollRequest& request) override {
    if (request.token() != "good") return base::Error{ErrorCode::kUnauthenticated, "the token is used up"};
    auto signed_request =
        credentials::SignAgentRequest(authority, request.certificate_request_pem(),
                                      certified.empty() ? "desk-7-a1" : certified, std::chrono::hours(24));
    if (!signed_request) return signed_request.error();
    v1::EnrollResponse response;
    response.set_agent_id("desk-7-a1");
    response.set_certificate_pem(*signed_request);
    return response;
  }
  std::string certified;
  credentials::KeyAndCertificate authority = *credentials::CreateAuthority("Test authority");
};

class EnrollmentTest : public ::testing::Test {
 protected:
  base::Result<std::string> Try(const std::string& token, bool force = false) {
    return Enroll({"/state", "desk-7", token, force}, authority, files);
  }
  platform::FakeFileSystem files;
  FakeAuthority authority;
};

TEST_F(EnrollmentTest, KeepsAnIdentityThatLoads) {
  const auto id = Try("good");
  ASSERT_TRUE(id) << id.error().message;
  EXPECT_EQ(*id, "desk-7-a1");
  const auto identity = LoadIdentity(files, "/state");
  ASSERT_TRUE(identity && *identity);
  EXPECT_EQ((*identity)->agent_id, "desk-7-a1");
  EXPECT_EQ(files.StatusOf("/state/agent.key")->mode, 0600U);
}

TEST_F(EnrollmentTest, RefusesToReplaceAnIdentityUnlessForced) {
  ASSERT_TRUE(Try("good"));
  const auto again = Try("good");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kAlreadyExists);
  EXPECT_TRUE(Try("good", true));
}

TEST_F(EnrollmentTest, WritesNothingIfTheTokenIsRefused) {
  const auto id = Try("used");
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().code, ErrorCode::kUnauthenticated);
  EXPECT_FALSE(LoadIdentity(files, "/state")->has_value());
}

TEST_F(EnrollmentTest, DoesNotBelieveACertificateOfAnotherAgent) {
  authority.certified = "other";
  EXPECT_FALSE(Try("good"));
  EXPECT_FALSE(LoadIdentity(files, "/state")->has_value());
}

TEST_F(EnrollmentTest, NoticesAnIdentityThatDoesNotFitTogether) {
  ASSERT_TRUE(Try("good"));
  ASSERT_TRUE(files.WriteFileDurably("/state/agent.id", "other\n", 0644));
  EXPECT_FALSE(LoadIdentity(files, "/state"));
}

TEST(AgentIdOfHost, MakesAnyNameAnId) {
  EXPECT_EQ(AgentIdOfHost("Desk_7.Example"), "desk-7-example");
  EXPECT_EQ(AgentIdOfHost(""), "host");
  EXPECT_EQ(AgentIdOfHost(std::string(100, 'a')).size(), 64U);
}

}  // namespace
}  // namespace vigie::agent::enroll
