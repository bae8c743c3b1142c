// Hex dumps, uuencode and other ways to write bytes as lines: read as the file that they are, or said not to be.
#include <zlib.h>

#include <random>

#include "core/content/extract/dumped_text.h"
#include "tests/unit/core_content/archive_writing.h"
#include "tests/unit/core_content/content_fixture.h"
#include "tests/unit/core_content_text/encoding_writing.h"

namespace vigie::content {
namespace {

std::string Offset(std::size_t number, std::size_t width, unsigned base = 16) {
  std::string digits;
  for (; digits.size() < width; number /= base) digits.insert(digits.begin(), "0123456789abcdef"[number % base]);
  return digits;
}

std::string Column(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += c >= ' ' && c <= '~' ? c : '.';
  return text;
}

using Dump = std::string (*)(std::string_view, std::size_t);

std::string Dumped(std::string_view bytes, Dump line) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 16) text += line(bytes.substr(at, 16), at) + "\n";
  return text;
}

std::string LikeXxd(std::string_view bytes, std::size_t at) {
  std::string line = Offset(at, 8) + ":";
  for (std::size_t i = 0; i < bytes.size(); i += 2) line += " " + Hex(bytes.substr(i, 2));
  line.resize(51, ' ');
  return line + Column(bytes);
}

std::string LikeHexdump(std::string_view bytes, std::size_t at) {
  auto line = Offset(at, 8) + "  " + Hex(bytes.substr(0, 8), " ");
  if (bytes.size() > 8) line += "  " + Hex(bytes.substr(8), " ");
  line.resize(60, ' ');
  return line + "|" + Column(bytes) + "|";
}

std::string LikeOd(std::string_view bytes, std::size_t at) {
  return Offset(at, 7, 8) + " " + Hex(bytes, " ");
}

std::string LikeHexdumpOfWords(std::string_view bytes, std::size_t at) {
  auto line = Offset(at, 7);
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    line += " " + (i + 1 < bytes.size() ? Hex(bytes.substr(i + 1, 1)) : "00") + Hex(bytes.substr(i, 1));
  }
  return line;
}

std::string Uuencoded(std::string_view bytes) {
  std::string text = "begin 644 list.csv\n";
  for (std::size_t at = 0; at < bytes.size(); at += 45) {
    const auto line = bytes.substr(at, 45);
    text += static_cast<char>(32 + line.size());
    for (std::size_t i = 0; i < line.size(); i += 3) {
      unsigned group = 0;
      for (std::size_t j = 0; j < 3; ++j)
        group = group * 256 + (i + j < line.size() ? static_cast<unsigned char>(line[i + j]) : 0U);
      for (const int shift : {18, 12, 6, 0}) {
        const auto digit = group >> shift & 63;
        text += digit == 0 ? '`' : static_cast<char>(32 + digit);
      }
    }
    text += "\n";
  }
  return text + "`\nend\n";
}

class DumpsTest : public ContentTest {
 protected:
  std::uint64_t Mails(std::string_view text) {
    const auto inspection = Inspect(text);
    EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL);
    return Matches(inspection, "email_address");
  }
};

TEST_F(DumpsTest, HexDumpsAreReadAsTheFileThatTheyAre) {
  const auto csv = CustomerCsv(40);
  const auto zip = MakeZip({{"a.csv", CustomerCsv(60)}});
  for (const auto line : {LikeXxd, LikeHexdump, LikeOd, LikeHexdumpOfWords}) {
    EXPECT_EQ(Mails(Dumped(csv, line)), 40U) << Dumped(csv, line).substr(0, 140);
    EXPECT_EQ(Mails("the file:\n" + Dumped(csv, line) + "that is all, ann@example.com\n"), 41U);
    EXPECT_EQ(Mails(Dumped(zip, line)), 60U);
  }
  EXPECT_EQ(Mails(Dumped(CustomerCsv(20'000), LikeXxd)), 20'000U) << "longer than a window";
}

TEST_F(DumpsTest, RepeatedLinesOfADumpAreFilledIn) {
  auto dump = Dumped(std::string(95, '#') + "\n" + CustomerCsv(10), LikeHexdump);
  const auto second = dump.find("00000010");
  dump.replace(second, dump.find("00000050") - second, "*\n");
  EXPECT_EQ(Mails(dump), 10U);
}

TEST_F(DumpsTest, ADumpThatMeansGigabytesIsNotFilledIn) {
  std::string bomb = "00000000 41 41\n";
  for (std::size_t i = 1; i < 2000; ++i) bomb += "*\n" + Offset(i << 20, 8) + " 41 41\n";
  EXPECT_THAT(Reasons(Inspect(bomb)), ::testing::ElementsAre(v1::REASON_UNSUPPORTED));
}

TEST_F(DumpsTest, AColumnThatSaysSomethingElseThanItsBytesIsLookedAt) {
  EXPECT_EQ(Mails("00000000: 4141 4141 4141 4141  ann@example.com\n00000008: 4141 4141            \n"), 1U);
}

TEST_F(DumpsTest, WhatOnlyLooksLikeADumpStaysAsItIs) {
  EXPECT_EQ(Mails("0000 12 ann@example.com\n0001 13 bob@example.com\n"), 2U);
  EXPECT_EQ(Mails("0000 12 34\n0010 13 56 78 ann@example.com\n"), 1U);
}

TEST_F(DumpsTest, UuencodeIsReadAsTheFileThatItIs) {
  const auto csv = CustomerCsv(40);
  EXPECT_EQ(Mails(Uuencoded(csv)), 40U);
  EXPECT_EQ(Mails(Uuencoded(MakeZip({{"a.csv", csv}}))), 40U);
  const std::string header = "From: a@example.org\nTo: b@example.org\nSubject: list\n";
  EXPECT_EQ(Mails(header + "\nHello,\n\n" + Uuencoded(csv) + "\nBye\n"), 42U);
  EXPECT_EQ(Mails(header + "Content-Type: application/octet-stream\nContent-Transfer-Encoding: x-uuencode\n\n" +
                  Uuencoded(csv)),
            42U);
  EXPECT_EQ(Mails("begin 644 by writing to ann@example.com\nand that is all\n"), 1U);
}

TEST_F(DumpsTest, TransferEncodingsThatNobodyKnowsAreNotFull) {
  const auto inspection =
      Inspect("From: a@example.org\nTo: b@example.org\nSubject: list\nContent-Transfer-Encoding: x-own\n\nUBz?&/\n");
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_PARTIAL);
  EXPECT_THAT(Reasons(inspection), ::testing::ElementsAre(v1::REASON_UNSUPPORTED));
}

TEST_F(DumpsTest, HexLiteralsOfDatabasesAreRead) {
  EXPECT_EQ(Mails("INSERT INTO t VALUES (1,0x" + Hex("the address is ann@example.com") + ");\n"), 1U);
  EXPECT_EQ(Mails("INSERT INTO t VALUES (1,0X" + Hex(CustomerCsv(100)) + ");\n"), 100U);
}

std::string Zlib(std::string_view bytes, int level) {
  std::string packed(compressBound(bytes.size()), '\0');
  auto size = static_cast<uLongf>(packed.size());
  EXPECT_EQ(compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
                      bytes.size(), level),
            Z_OK);
  packed.resize(size);
  return packed;
}

TEST_F(DumpsTest, ZlibStreamsAreUnpacked) {
  const auto csv = CustomerCsv(50);
  for (const int level : {0, 1, 3, 6, 9}) {
    const auto packed = Zlib(csv, level);
    EXPECT_EQ(Mails(packed), 50U) << level;
    EXPECT_EQ(Mails("state=" + Base64(packed) + "\n"), 50U) << level;
    EXPECT_EQ(Inspect(packed).media_type(), "application/zlib");
    auto damaged = packed;
    damaged.back() ^= 1;
    EXPECT_THAT(Reasons(Inspect(damaged)), ::testing::ElementsAre(v1::REASON_CORRUPT)) << level;
  }
  EXPECT_EQ(Inspect(Zlib(csv, 6) + "behind it").evaluated(), v1::EVALUATED_PARTIAL);
  EXPECT_EQ(Inspect("x^2 + 3x, and so on: the square of it").media_type(), "text/plain");
}

TEST_F(DumpsTest, LongBinaryContentThatNobodyKnowsIsNotFull) {
  std::mt19937 random(11);
  std::string bytes;
  for (int i = 0; i < 6000; ++i) bytes += static_cast<char>(random());
  for (const auto& text : {"content: " + Base64(bytes) + "\n", Wrapped(Base64(bytes), 76), Hex(bytes)}) {
    const auto inspection = Inspect(text);
    EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_PARTIAL);
    EXPECT_THAT(Reasons(inspection), ::testing::ElementsAre(v1::REASON_UNSUPPORTED));
  }
  std::string genes;
  for (int i = 0; i < 20'000; ++i) genes += "ACGT"[random() % 4];
  EXPECT_EQ(Inspect(genes).evaluated(), v1::EVALUATED_FULL) << "a long word is no encoded file";
}

TEST_F(DumpsTest, TextOfMainframesIsNotFull) {
  const auto text = Encode("Jean Petit, of Garage Durand, may be reached at any hour of the day.", "IBM500");
  EXPECT_THAT(Reasons(Inspect(text)), ::testing::ElementsAre(v1::REASON_UNSUPPORTED));
  const auto russian = Encode("Съешь же ещё этих мягких французских булок, да выпей чаю", "KOI8-R");
  EXPECT_EQ(Inspect(russian).evaluated(), v1::EVALUATED_FULL);
}

TEST_F(DumpsTest, AListOfDigitsIsNoContainer) {
  for (const auto* text : {"0707011234\n0612345678\n", "0707071234\n0612345678\n", "070702;ann@example.com\n"}) {
    EXPECT_EQ(Inspect(text).evaluated(), v1::EVALUATED_FULL) << text;
  }
}

}  // namespace
}  // namespace vigie::content
