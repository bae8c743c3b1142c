// Mail as it is sent: headers, bodies in every charset and transfer encoding, attachments, mail in mail, mailboxes.
#include "core/content/extract/mail_header.h"
#include "tests/unit/core_content/archive_writing.h"
#include "tests/unit/core_content/content_fixture.h"
#include "tests/unit/core_content_text/encoding_writing.h"

namespace vigie::content {
namespace {

const std::string kHeader =
    "From: =?UTF-8?B?UmVuw6ll?= Lefevre <sender@example.org>\r\nTo: Jean Dupont <recipient@example.net>\r\n"
    "Subject: clients\r\nMIME-Version: 1.0\r\n";

std::string Attachment(const std::string& name, const std::string& bytes) {
  return "--b1\r\nContent-Type: application/octet-stream; name=\"" + name +
         "\"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"" + name +
         "\"\r\n\r\n" + Wrapped(Base64(bytes), 76, "\r\n") + "\r\n";
}

std::string Multipart(const std::string& parts) {
  return kHeader + "Content-Type: multipart/mixed; boundary=\"b1\"\r\n\r\npreamble\r\n" + parts + "--b1--\r\n";
}

class MailTest : public ContentTest {
 protected:
  v1::Inspection InspectFull(const std::string& mail, std::string_view type = "message/rfc822") {
    auto inspection = Inspect(mail);
    EXPECT_EQ(inspection.media_type(), type);
    EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL) << mail.substr(0, 200);
    return inspection;
  }
  std::uint64_t Customers(const std::string& mail, const std::string& word) {
    const WordIndex index({{word, 1}});
    indexes_ = {&index};
    const auto found = InspectFull(mail).customers().distinct();
    indexes_ = {};
    return found;
  }
};

TEST_F(MailTest, HeadersAreDecoded) {
  EXPECT_EQ(Customers(kHeader + "\r\nbody\r\n", "Renée Lefevre"), 1U);
  EXPECT_EQ(Matches(InspectFull(kHeader + "\r\nbody\r\n"), "email_address"), 2U);
}

TEST_F(MailTest, BodiesAreReadInTheirCharsetAndTransferEncoding) {
  for (const auto* charset : {"utf-8", "iso-8859-1", "windows-1252", "macintosh", "iso-8859-15"}) {
    const auto body = Encode("Bonjour Renée Lefèvre, ça va ?\r\n", charset);
    const auto type = kHeader + "Content-Type: text/plain; charset=" + charset + "\r\n";
    EXPECT_EQ(Customers(type + "Content-Transfer-Encoding: 8bit\r\n\r\n" + body, "Renée Lefèvre"), 1U) << charset;
    EXPECT_EQ(Customers(type + "Content-Transfer-Encoding: base64\r\n\r\n" + Wrapped(Base64(body), 76, "\r\n"),
                        "Renée Lefèvre"),
              1U)
        << charset;
    EXPECT_EQ(
        Customers(type + "Content-Transfer-Encoding: quoted-printable\r\n\r\n" + Escaped(body, "="), "Renée Lefèvre"),
        1U)
        << charset;
  }
  EXPECT_EQ(Customers(kHeader + "Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n" +
                          Encode("山田太郎です\n", "ISO-2022-JP"),
                      "山田太郎"),
            1U);
  EXPECT_EQ(
      Customers(kHeader +
                    "Content-Type: text/html; charset=koi8-r\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
                    Escaped(Encode("<html><p>Иванов</p></html>", "KOI8-R"), "="),
                "Иванов"),
      1U);
}

TEST_F(MailTest, AttachmentsAreInspectedAsWhatTheyAre) {
  const auto mail =
      Multipart("--b1\r\nContent-Type: text/plain\r\n\r\nsee attached\r\n" + Attachment("list.csv", CustomerCsv(20)) +
                Attachment("clients.zip", MakeZip({{"a.csv", CustomerCsv(300)}})));
  const auto inspection = InspectFull(mail);
  EXPECT_EQ(Matches(inspection, "email_address"), 322U);
  EXPECT_EQ(Distinct(inspection, "email_address"), 302U);
  EXPECT_EQ(Matches(InspectFull(Multipart(Attachment("inner.eml", mail))), "email_address"), 324U);
  const auto zipped = Inspect(MakeZip({{"mail.eml", mail}}));
  EXPECT_EQ(Matches(zipped, "email_address"), 322U);
  EXPECT_EQ(zipped.evaluated(), v1::EVALUATED_FULL);
}

TEST_F(MailTest, MailInMailAndMultipartInMultipartAreWalked) {
  const std::string inner =
      "--b1\r\nContent-Type: multipart/alternative; boundary=b2\r\n\r\n--b2\r\n\r\nan@example.com\r\n--b2\r\n"
      "Content-Type: text/html\r\n\r\n<html><b>bn</b>@example.com</html>\r\n--b2--\r\n"
      "--b1\r\nContent-Type: message/rfc822\r\n\r\nFrom: cn@example.com\r\nSubject: x\r\n\r\ndn@example.com\r\n";
  EXPECT_EQ(Distinct(InspectFull(Multipart(inner)), "email_address"), 6U);
}

TEST_F(MailTest, EncryptedMailIsSaidToBe) {
  for (const auto* type : {"application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m",
                           "multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=\"x\""}) {
    const auto inspection = Inspect(kHeader + "Content-Type: " + type + "\r\n\r\n--x\r\n\r\nabc\r\n--x--\r\n");
    EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_PARTIAL);
    EXPECT_THAT(Reasons(inspection), ::testing::Contains(v1::REASON_ENCRYPTED)) << type;
  }
}

TEST_F(MailTest, WinmailDatIsNotUnderstood) {
  const auto inspection = Inspect(Multipart(Attachment("winmail.dat", "\x78\x9f\x3e\x22 and more \x01\x02\x03")));
  EXPECT_THAT(Reasons(inspection), ::testing::ElementsAre(v1::REASON_UNSUPPORTED));
}

TEST_F(MailTest, AMailboxIsReadMessageByMessage) {
  std::string mailbox;
  for (int i = 0; i < 2000; ++i) {
    mailbox += "From sender Thu Jan  1 00:00:00 2026\nFrom: a" + std::to_string(i) +
               "@example.com\nSubject: x\n\n>From quoted\nbody " +
               Base64("b" + std::to_string(i) + "@example.com is the address") + "\n\n";
  }
  const auto inspection = InspectFull(mailbox, "application/mbox");
  EXPECT_EQ(Distinct(inspection, "email_address"), 4000U);
}

TEST_F(MailTest, AMailThatIsCutOffIsNotFull) {
  const auto mail =
      Multipart("--b1\r\n\r\nann@example.com\r\n" + Attachment("a.zip", MakeZip({{"a.csv", CustomerCsv(50)}})));
  const auto inspection = Inspect(mail.substr(0, mail.size() - 60));
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_PARTIAL);
  EXPECT_THAT(Reasons(inspection), ::testing::Contains(v1::REASON_CORRUPT));
}

TEST(MailHeader, DecodesWordsAndParameters) {
  const auto charsets = *CharsetTable::Load();
  EXPECT_EQ(DecodeEncodedWords("=?iso-8859-1?Q?Ren=E9e_L?= =?iso-8859-1?Q?ef=E8vre?= <a@b.example>", *charsets),
            "Renée Lefèvre <a@b.example>");
  EXPECT_EQ(DecodeEncodedWords("=?utf-8?B?ww==?= =?utf-8?B?qQ==?= a =?x?y?", *charsets), "é a =?x?y?");
  const ParameterizedValue value("Attachment; filename*0*=utf-8''Ren%C3; filename*1*=%A9e; size=\"1\\\"2\" ; x");
  EXPECT_EQ(value.main(), "attachment");
  EXPECT_EQ(value.Find("filename", *charsets), "Renée");
  EXPECT_EQ(value.Find("size", *charsets), "1\"2");
  EXPECT_EQ(value.Find("none", *charsets), "");
}

}  // namespace
}  // namespace vigie::content
