#include "core/credentials/signatures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vigie::credentials {
namespace {

using ::testing::HasSubstr;

std::chrono::sys_seconds Now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

struct Site {
  KeyAndCertificate authority = CreateAuthority("test").value();
  KeyAndRequest request = CreateAgentRequest("w1").value();
  std::string certificate = SignAgentRequest(authority, request.request_pem, "agent-1", std::chrono::hours(24)).value();
};

TEST(Signatures, OfAKeyAreVerifiedByItsCertificateOnly) {
  const Site site;
  const auto signature = SigningKey::OfPem(site.request.key_pem)->Sign("what was said");
  ASSERT_TRUE(signature);
  const auto key = VerifyingKey::OfCertificate(site.certificate);
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->Verifies("what was said", *signature));
  EXPECT_FALSE(key->Verifies("what was said", *signature + "x"));
  EXPECT_FALSE(key->Verifies("what was not", *signature));
  EXPECT_FALSE(key->Verifies("what was said", ""));
  EXPECT_FALSE(VerifyingKey::OfCertificate(Site().certificate)->Verifies("what was said", *signature));
}

TEST(Signatures, NeedWhatIsOne) {
  EXPECT_FALSE(SigningKey::OfPem("no key"));
  EXPECT_FALSE(VerifyingKey::OfCertificate("no certificate"));
  EXPECT_FALSE(FingerprintOf("no certificate"));
}

TEST(Signatures, AFingerprintIsOfTheCertificateNotOfItsText) {
  const Site site;
  const auto fingerprint = FingerprintOf(site.certificate);
  ASSERT_TRUE(fingerprint);
  EXPECT_EQ(fingerprint->size(), 64U);
  EXPECT_EQ(FingerprintOf("a word before\n" + site.certificate).value(), *fingerprint);
  EXPECT_NE(FingerprintOf(Site().certificate).value(), *fingerprint);
}

TEST(IssuedCertificates, AreThoseOfTheAuthorityWhileTheyAreGood) {
  const Site site;
  const Site other;
  EXPECT_TRUE(CheckIssued(site.certificate, site.authority.certificate_pem, Now()));
  EXPECT_TRUE(CheckIssued(site.certificate, other.authority.certificate_pem + site.authority.certificate_pem, Now()))
      << "one of several";
  EXPECT_FALSE(CheckIssued(site.certificate, other.authority.certificate_pem, Now()));
  const auto late = CheckIssued(site.certificate, site.authority.certificate_pem, Now() + std::chrono::hours(48));
  EXPECT_THAT(late.error().message, HasSubstr("expired"));
  const auto early = CheckIssued(site.certificate, site.authority.certificate_pem, Now() - std::chrono::hours(1));
  EXPECT_THAT(early.error().message, HasSubstr("not yet valid"));
  EXPECT_FALSE(CheckIssued(site.certificate, "no authority", Now()));
  EXPECT_FALSE(CheckIssued("no certificate", site.authority.certificate_pem, Now()));
}

TEST(EvidenceCertificates, AreOfTheAuthorityOrOfThemselvesAndOfNothingElse) {
  const Site site;
  const auto issued = CreateEvidenceCertificate(site.authority);
  ASSERT_TRUE(issued) << issued.error().message;
  EXPECT_TRUE(IsEvidenceCertificate(issued->certificate_pem));
  EXPECT_TRUE(CheckPair(*issued));
  EXPECT_TRUE(CheckIssued(issued->certificate_pem, site.authority.certificate_pem, Now()));
  EXPECT_FALSE(AgentIdOf(issued->certificate_pem)) << "it is good for no connection";
  const auto own = CreateEvidenceCertificate(std::nullopt);
  ASSERT_TRUE(own);
  EXPECT_TRUE(IsEvidenceCertificate(own->certificate_pem));
  EXPECT_FALSE(CheckIssued(own->certificate_pem, site.authority.certificate_pem, Now()));
  EXPECT_TRUE(CheckIssued(own->certificate_pem, site.authority.certificate_pem + own->certificate_pem, Now()));
  EXPECT_FALSE(IsEvidenceCertificate(site.certificate));
  EXPECT_FALSE(IsEvidenceCertificate(site.authority.certificate_pem));
}

}  // namespace
}  // namespace vigie::credentials
