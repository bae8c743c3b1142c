// Every format cut short and with bits flipped (fixed seeds): bounded, an answer, and "full" only without a reason.
#include <random>

#include "tests/unit/core_content/archive_writing.h"
#include "tests/unit/core_content/content_fixture.h"
#include "tests/unit/core_content_text/encoding_writing.h"
#include "tests/unit/core_content_text/sqlite_writing.h"

namespace vigie::content {
namespace {

std::map<std::string, std::string> Samples() {
  const auto csv = CustomerCsv(60);
  return {
      {"html", "<!doctype html><html><table><tr><td>Ren&eacute;e</td><td>a@example.com</td></tr></table>" +
                   std::string(2000, 'x') + "</html>"},
      {"xml",
       "<?xml version=\"1.0\"?><l><c a=\"1\" b=\"2\"><n>Ren&#233;e</n><m>a@example.com</m></c><![CDATA[x]]></l>"},
      {"rtf",
       "{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fcharset204 A;}}Ren\\'e9e\\cell a@example.com\\row{\\*\\b x}}"},
      {"vcard", "BEGIN:VCARD\r\nFN;ENCODING=QUOTED-PRINTABLE:Ren=C3=A9e\r\nEMAIL:a@exa\r\n mple.com\r\nEND:VCARD\r\n"},
      {"ldif", "dn: cn=x,dc=y\ncn:: " + Base64("Renée Lefèvre") + "\nmail: a@example.com\n\n"},
      {"sql", "INSERT INTO c VALUES (1,'O''Hara','a@example.com'),(2,'d\\'Arc','b@example.com');\n"},
      {"mail",
       "From: a@example.com\nTo: b@example.com\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
       "Content-Transfer-Encoding: base64\n\n" +
           Wrapped(Base64(MakeZip({{"a.csv", csv}})), 76) + "--b--\n"},
      {"sqlite",
       MakeDatabase("PRAGMA page_size=512; CREATE TABLE c (a,b); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT "
                    "i+1 FROM n WHERE i<80) INSERT INTO c SELECT i, 'p' || i || '@example.com' FROM n;")},
      {"base64", "data: " + Base64(MakeZip({{"a.csv", csv}})) + "\n"},
      {"utf16", Encode(csv, "UTF-16")},
      {"utf32", Encode(csv, "UTF-32LE")},
      {"koi8", Encode("Иванов Сергей;a@example.com\nПетрова Анна;b@example.com\n", "KOI8-R")},
  };
}

class DamageTest : public ContentTest, public ::testing::WithParamInterface<std::string> {
 protected:
  void ExpectHonest(const std::string& bytes) {
    const auto inspection = Inspect(bytes);
    EXPECT_EQ(inspection.evaluated() == v1::EVALUATED_FULL, inspection.reasons().empty()) << GetParam();
  }
  std::string sample_ = Samples().at(GetParam());
};

TEST_P(DamageTest, CutShort) {
  const auto step = std::max<std::size_t>(1, sample_.size() / 64);
  for (std::size_t size = 0; size < sample_.size(); size += step) ExpectHonest(sample_.substr(0, size));
}

TEST_P(DamageTest, BitsFlipped) {
  std::mt19937 random(20260101);
  for (int round = 0; round < 150; ++round) {
    auto bytes = sample_;
    for (int i = 0; i <= round % 8; ++i) bytes[random() % bytes.size()] ^= static_cast<char>(1U << (random() % 8));
    ExpectHonest(bytes);
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, DamageTest,
                         ::testing::Values("html", "xml", "rtf", "vcard", "ldif", "sql", "mail", "sqlite", "base64",
                                           "utf16", "utf32", "koi8"),
                         [](const auto& test) { return test.param; });

class LostTest : public ContentTest {};

TEST_F(LostTest, WhatIsCutOutOfContainersIsNeverCalledFull) {
  const auto samples = Samples();
  for (const auto* kind : {"xml", "rtf", "mail", "sqlite"}) {
    const auto& sample = samples.at(kind);
    const auto inspection = Inspect(sample.substr(0, sample.size() * 2 / 3));
    EXPECT_NE(inspection.evaluated(), v1::EVALUATED_FULL) << kind;
  }
}

TEST_F(LostTest, TextHiddenInBinariesIsFound) {
  std::string bytes(
      "\x7f"
      "ELF\x02\x01\x01\0\0",
      9);
  bytes += std::string(51, '\x01') + Encode("ann@example.com", "UTF-16LE") + std::string(50, '\x01') +
           Encode("bob@example.com", "UTF-16BE") + std::string(50, '\x01');
  const auto inspection = Inspect(bytes);
  EXPECT_EQ(Matches(inspection, "email_address"), 2U);
  EXPECT_THAT(Reasons(inspection), ::testing::ElementsAre(v1::REASON_UNSUPPORTED));
}

std::string PngChunk(const std::string& type, const std::string& data) {
  std::string chunk;
  for (int shift = 24; shift >= 0; shift -= 8) chunk += static_cast<char>(data.size() >> shift);
  return chunk + type + data + "sum.";
}

TEST_F(LostTest, CompressedTextOfImagesIsFound) {
  using namespace std::string_literals;
  // A zlib stream with one stored block, which needs no compressor.
  const auto zlib = [](const std::string& text) {
    const auto size = static_cast<unsigned>(text.size());
    std::string stream = "\x78\x01\x01";
    for (const unsigned value : {size, ~size}) stream += {static_cast<char>(value), static_cast<char>(value >> 8)};
    std::string packed = text;
    return stream + packed;
  };
  const auto png = "\x89PNG\r\n\x1a\n"s + PngChunk("IHDR", std::string(13, '\x01')) +
                   PngChunk("zTXt", "Author\0\0"s + zlib("Ren\xe9"
                                                         "e")) +
                   PngChunk("iTXt", "XML:com.adobe.xmp\0\1\0\0\0"s + zlib("Lefèvre")) + PngChunk("IEND", "");
  const WordIndex index({{"Renée\n", 1}, {"Lefèvre\n", 2}});
  indexes_ = {&index};
  const auto inspection = Inspect(png);
  EXPECT_EQ(inspection.media_type(), "image/png");
  EXPECT_EQ(inspection.customers().distinct(), 2U);
  EXPECT_THAT(Reasons(inspection), ::testing::ElementsAre(v1::REASON_UNSUPPORTED));
}

TEST_F(LostTest, CommentsOfGifsAreJoined) {
  using namespace std::string_literals;
  const auto block = [](const std::string& text) { return std::string(1, static_cast<char>(text.size())) + text; };
  const auto gif = "GIF89a\1\0\1\0\x80\0\0abcdef"s + "\x21\xff" + block("NETSCAPE2.0") + block("\1\0\0"s) + '\0' +
                   "\x2c\0\0\0\0\1\0\1\0\x81"s + std::string(12, 'c') + '\2' + block("no.text@example.com") + '\0' +
                   "\x21\xfe" + block("from ann@exam") + block("ple.com to bob@example.com") + '\0' + ";";
  const WordIndex index({{"from ann@example.com to bob@example.com\n", 1}});
  indexes_ = {&index};
  EXPECT_EQ(Inspect(gif).customers().distinct(), 1U);
  EXPECT_NE(Inspect(gif.substr(0, gif.size() / 2)).evaluated(), v1::EVALUATED_FULL);
}

}  // namespace
}  // namespace vigie::content
