#include "core/credentials/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/core_credentials/certificate_inspection.h"

namespace vigie::credentials {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::chrono::hours kYear{24 * 365};

const KeyAndCertificate& TestAuthority() {
  static const KeyAndCertificate authority = CreateAuthority("Vigie test authority").value();
  return authority;
}

std::time_t InHours(int hours) {
  const auto time = std::chrono::system_clock::now() + std::chrono::hours(hours);
  return std::chrono::system_clock::to_time_t(time);
}

std::string AgentCertificate(const std::string& id, std::chrono::hours valid_for = kYear) {
  return SignAgentRequest(TestAuthority(), CreateAgentRequest("w1")->request_pem, id, valid_for).value();
}

TEST(Certificates, AuthorityHoldsItsOwnKeyAndLastsTenYears) {
  EXPECT_TRUE(KeyMatches(TestAuthority()));
  const auto expiry = ExpiryOf(TestAuthority().certificate_pem);
  ASSERT_TRUE(expiry);
  const auto left = *expiry - std::chrono::system_clock::now();
  EXPECT_GT(left, kYear * 10);
  EXPECT_LT(left, kYear * 10 + std::chrono::hours(24 * 5));
}

TEST(Certificates, AuthorityNameMustFit) {
  EXPECT_FALSE(CreateAuthority(""));
  EXPECT_FALSE(CreateAuthority(std::string(65, 'a')));
}

TEST(Certificates, ServerCertificateIsGoodForItsNamesOnly) {
  const auto server = CreateServerCertificate(TestAuthority(), {"vigie.example.org", "127.0.0.1", "::1"});
  ASSERT_TRUE(server);
  EXPECT_TRUE(KeyMatches(*server));
  EXPECT_TRUE(ChainIsGood(TestAuthority().certificate_pem, server->certificate_pem, Purpose::kServer));
  EXPECT_FALSE(ChainIsGood(TestAuthority().certificate_pem, server->certificate_pem, Purpose::kClient));
  for (const char* host : {"vigie.example.org", "127.0.0.1", "::1"}) {
    EXPECT_TRUE(MatchesHost(server->certificate_pem, host)) << host;
  }
  for (const char* host : {"example.org", "127.0.0.2", "localhost"}) {
    EXPECT_FALSE(MatchesHost(server->certificate_pem, host)) << host;
  }
}

TEST(Certificates, ServerNamesThatAreNoNamesAreRefused) {
  for (const std::string name : {"", "a b", "a,DNS:b", "a/b", "*.", "a\nb"}) {
    const auto server = CreateServerCertificate(TestAuthority(), {name});
    ASSERT_FALSE(server) << name;
    EXPECT_EQ(server.error().code, base::ErrorCode::kInvalidArgument);
  }
  EXPECT_FALSE(CreateServerCertificate(TestAuthority(), {}));
}

TEST(Certificates, ServerCertificateNeedsTheAuthoritysOwnKey) {
  const auto other = CreateAuthority("other");
  const KeyAndCertificate mixed{other->key_pem, TestAuthority().certificate_pem};
  const auto server = CreateServerCertificate(mixed, {"localhost"});
  ASSERT_FALSE(server);
  EXPECT_THAT(server.error().message, HasSubstr("belongs to another certificate"));
}

TEST(Certificates, AgentCertificateIsForTheRequestsKeyAndClientsOnly) {
  const auto request = CreateAgentRequest("w1");
  ASSERT_TRUE(request);
  const auto certificate = SignAgentRequest(TestAuthority(), request->request_pem, "agent-7", kYear);
  ASSERT_TRUE(certificate);
  EXPECT_TRUE(SameKey(request->key_pem, *certificate));
  EXPECT_TRUE(ChainIsGood(TestAuthority().certificate_pem, *certificate, Purpose::kClient));
  EXPECT_FALSE(ChainIsGood(TestAuthority().certificate_pem, *certificate, Purpose::kServer));
  EXPECT_THAT(AlternativeNames(*certificate), ElementsAre("URI:vigie:agent:agent-7"));
  EXPECT_EQ(AgentIdOf(*certificate).value(), "agent-7");
}

TEST(Certificates, AnotherAuthorityDoesNotVouchForIt) {
  const auto other = CreateAuthority("Vigie test authority");
  EXPECT_FALSE(ChainIsGood(other->certificate_pem, AgentCertificate("a"), Purpose::kClient));
}

TEST(Certificates, AgentCertificateEnds) {
  const std::string certificate = AgentCertificate("a", std::chrono::hours(2));
  EXPECT_TRUE(ChainIsGood(TestAuthority().certificate_pem, certificate, Purpose::kClient, InHours(1)));
  EXPECT_FALSE(ChainIsGood(TestAuthority().certificate_pem, certificate, Purpose::kClient, InHours(3)));
  const auto expiry = ExpiryOf(certificate);
  ASSERT_TRUE(expiry);
  EXPECT_LE(*expiry, std::chrono::system_clock::now() + std::chrono::hours(2));
  EXPECT_GT(*expiry, std::chrono::system_clock::now() + std::chrono::hours(1));
}

TEST(Certificates, ValidityIsBounded) {
  const std::string request = CreateAgentRequest("w1")->request_pem;
  for (const int hours : {0, -1, 397 * 24 + 1}) {
    EXPECT_FALSE(SignAgentRequest(TestAuthority(), request, "a", std::chrono::hours(hours))) << hours;
  }
  EXPECT_TRUE(SignAgentRequest(TestAuthority(), request, "a", std::chrono::hours(397 * 24)));
}

TEST(Certificates, NothingOfTheRequestIsBelievedButItsKey) {
  const auto certificate = SignAgentRequest(TestAuthority(), GreedyRequest(), "a", kYear);
  ASSERT_TRUE(certificate);
  EXPECT_THAT(AlternativeNames(*certificate), ElementsAre("URI:vigie:agent:a"));
  EXPECT_EQ(SubjectOf(*certificate), "/CN=a");
  const auto forged = CreateServerCertificate({CreateAgentRequest("x")->key_pem, *certificate}, {"localhost"});
  EXPECT_FALSE(forged);
}

TEST(Certificates, ARequestWithAWrongSignatureIsRefused) {
  std::string request = CreateAgentRequest("w1")->request_pem;
  // The signature is the last part: change one of its base64 characters, well before the padding.
  const std::size_t end = request.find("\n-----END");
  char& changed = request[end - 20];
  changed = changed == 'A' ? 'B' : 'A';
  const auto certificate = SignAgentRequest(TestAuthority(), request, "a", kYear);
  ASSERT_FALSE(certificate);
  EXPECT_EQ(certificate.error().code, base::ErrorCode::kInvalidArgument);
}

TEST(Certificates, AKeyOnAnotherCurveIsRefused) {
  const auto certificate = SignAgentRequest(TestAuthority(), OtherCurveRequest(), "a", kYear);
  ASSERT_FALSE(certificate);
  EXPECT_THAT(certificate.error().message, HasSubstr("P-256"));
}

TEST(Certificates, MalformedRequestsAreRefused) {
  for (const std::string& text : {std::string(), std::string("hello"), TestAuthority().certificate_pem,
                                  TestAuthority().key_pem, std::string(100'000, 'A')}) {
    const auto certificate = SignAgentRequest(TestAuthority(), text, "a", kYear);
    ASSERT_FALSE(certificate);
    EXPECT_EQ(certificate.error().code, base::ErrorCode::kInvalidArgument);
  }
}

TEST(Certificates, AgentIdsAreChecked) {
  const std::string request = CreateAgentRequest("w1")->request_pem;
  for (const std::string id : {"", "a b", "a/b", "é", "a\n"}) {
    EXPECT_FALSE(SignAgentRequest(TestAuthority(), request, id, kYear)) << id;
  }
  EXPECT_FALSE(SignAgentRequest(TestAuthority(), request, std::string(65, 'a'), kYear));
}

TEST(Certificates, AgentIdComesFromExactlyOneUri) {
  EXPECT_EQ(AgentIdOf(CertificateWithNames("URI:vigie:agent:a1")).value(), "a1");
  for (const char* names : {"URI:vigie:agent:a,URI:vigie:agent:b", "DNS:vigie:agent:a",
                            "URI:vigie:agent:", "URI:https://example.org", "URI:vigie:agent:a,DNS:a"}) {
    EXPECT_FALSE(AgentIdOf(CertificateWithNames(names))) << names;
  }
  EXPECT_FALSE(AgentIdOf(TestAuthority().certificate_pem));
  EXPECT_FALSE(AgentIdOf("no certificate"));
}

TEST(Certificates, UrisOfOtherKindsAreNoAgents) {
  EXPECT_EQ(AgentIdOfUri("vigie:agent:w-1.x_2").value(), "w-1.x_2");
  for (const char* uri : {"", "vigie:agent:", "vigie:user:a", "VIGIE:agent:a", "vigie:agent:a/b", " vigie:agent:a"}) {
    EXPECT_FALSE(AgentIdOfUri(uri)) << uri;
  }
}

TEST(Certificates, APairIsOneOnlyIfTheyBelongTogether) {
  EXPECT_TRUE(CheckPair(TestAuthority()));
  const auto other = CreateAuthority("other");
  EXPECT_FALSE(CheckPair({other->key_pem, TestAuthority().certificate_pem}));
  EXPECT_FALSE(CheckPair({"", TestAuthority().certificate_pem}));
  EXPECT_FALSE(CheckPair({TestAuthority().key_pem, ""}));
}

TEST(Certificates, ErrorsHoldNoKey) {
  const auto error = SignAgentRequest({TestAuthority().key_pem, "x"}, "y", "a", kYear).error().message;
  EXPECT_THAT(error, Not(HasSubstr("PRIVATE KEY")));
  EXPECT_THAT(error, HasSubstr("certificate authority"));
}

}  // namespace
}  // namespace vigie::credentials
