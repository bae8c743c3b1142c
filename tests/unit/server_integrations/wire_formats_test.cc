#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/contract/time_conversion.h"
#include "server/integrations/mail.h"
#include "server/integrations/syslog.h"
#include "server/integrations/webhook.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server::integrations {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::OutboxMessage Message() {
  v1::OutboxMessage message;
  message.set_id("0123abcd");
  *message.mutable_at() = contract::ToProto(kStoryBegin);
  message.set_severity(v1::SEVERITY_CRITICAL);
  message.set_title("Incident inc-7 opened, rule Vérifié: 1584 customers in 33 events");
  message.set_finding(R"({"class_uid":2004})");
  return message;
}

// The code was worked out by `openssl dgst -sha256 -hmac`.
TEST(WebhookSignature, IsAnHmacOfTimeAndBody) {
  EXPECT_EQ(SignatureOf("0123456789abcdef", kStoryBegin, R"({"class_uid":2004})"),
            "t=1732269600,v1=dee6a4e20e5cf0a1ca7ee17f548debab17c1c09787b60d1abf60298833d262d6");
}

TEST(WebhookAnswers, OnlyThoseAboutTheMessageItselfAreRefusals) {
  for (const long status : {400L, 413L, 422L}) EXPECT_TRUE(IsRefusal(status)) << status;
  for (const long status : {200L, 301L, 401L, 403L, 404L, 408L, 429L, 500L, 503L})
    EXPECT_FALSE(IsRefusal(status)) << status;
}

TEST(WebhookAnswers, WhoWeAreAndHowBusyItIsAreNoObjectionToAMessage) {
  for (const long status : {403L, 404L, 406L, 415L}) EXPECT_TRUE(IsObjection(status)) << status;
  for (const long status : {200L, 301L, 401L, 407L, 408L, 429L, 500L, 503L})
    EXPECT_FALSE(IsObjection(status)) << status;
}

TEST(SyslogMessage, IsOfRfc5424) {
  EXPECT_EQ(SyslogText(Message(), "9.9.9"),
            "<106>1 2024-11-22T10:00:00.000Z - vigie-collector - finding [origin software=\"Vigie\" "
            "swVersion=\"9.9.9\"] \xEF\xBB\xBF{\"class_uid\":2004}");
  v1::OutboxMessage low = Message();
  low.set_severity(v1::SEVERITY_LOW);
  EXPECT_THAT(SyslogText(low, "9"), ::testing::StartsWith("<109>1 "));
}

TEST(SyslogMessage, IsFramedByItsBytes) {
  EXPECT_EQ(SyslogFrame("\xC3\xA9"), "2 \xC3\xA9");
}

v1::CollectorConfig::Email Address() {
  v1::CollectorConfig::Email email;
  email.set_from("vigie@example.org");
  email.add_to("soc@example.org");
  email.add_to("dpo@example.org");
  return email;
}

TEST(MailMessage, HasItsHeaders) {
  const std::string text = MailText(Message(), Address());
  EXPECT_THAT(text, HasSubstr("Date: Fri, 22 Nov 2024 10:00:00 +0000\r\n"));
  EXPECT_THAT(text, HasSubstr("From: Vigie <vigie@example.org>\r\n"));
  EXPECT_THAT(text, HasSubstr("To: <soc@example.org>,\r\n <dpo@example.org>\r\n"));
  EXPECT_THAT(text, HasSubstr("Message-ID: <0123abcd@example.org>\r\n"));
  EXPECT_THAT(text, HasSubstr("X-Vigie-Id: 0123abcd\r\n"));
}

TEST(MailMessage, IsAsciiInShortLines) {
  v1::OutboxMessage message = Message();
  message.set_title("Rule x\r\nBcc: someone@example.org " + std::string(300, 'a'));
  const std::string text = MailText(message, Address());
  EXPECT_THAT(text, Not(HasSubstr("Bcc:"))) << "a title adds no header";
  std::size_t begin = 0;
  for (std::size_t end = text.find("\r\n"); end != std::string::npos; end = text.find("\r\n", begin)) {
    EXPECT_LE(end - begin, 90U) << text.substr(begin, end - begin);
    begin = end + 2;
  }
  EXPECT_EQ(begin, text.size());
  for (const char c : text) EXPECT_LT(static_cast<unsigned char>(c), 0x80U);
}

}  // namespace
}  // namespace vigie::server::integrations
