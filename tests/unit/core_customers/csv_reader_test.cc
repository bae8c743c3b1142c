#include "core/customers/csv_reader.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace vigie::customers {
namespace {

using Fields = std::vector<std::string>;
using Rows = std::vector<Fields>;

Rows RowsOf(const std::string& text, const CsvOptions& options = {}) {
  std::istringstream input(text);
  CsvReader reader(input, options);
  Rows rows;
  for (CsvReader::Row row;;) {
    const auto more = reader.Next(row);
    if (!more) {
      rows.push_back({"error: " + more.error().message});
      return rows;
    }
    if (!*more) return rows;
    rows.push_back(row.fields);
  }
}

TEST(CsvReader, ReadsRowsOfRfc4180) {
  EXPECT_EQ((Rows{{"a", "b"}, {"1", "x,y"}, {"2", "say \"hi\"\r\nthere"}, {"", ""}}),
            RowsOf("a,b\r\n1,\"x,y\"\r\n2,\"say \"\"hi\"\"\r\nthere\"\r\n,\r\n"));
}

TEST(CsvReader, NeedsNoLineEndAtTheEnd) {
  EXPECT_EQ((Rows{{"a", "b"}, {"1", ""}}), RowsOf("a,b\n1,"));
}

TEST(CsvReader, DetectsTheSeparator) {
  EXPECT_EQ((Rows{{"a", "b,c", "d"}}), RowsOf("a;b,c;d\n"));
  EXPECT_EQ((Rows{{"a", "b"}}), RowsOf("a\tb\n"));
  EXPECT_EQ((Rows{{"a", "b"}}), RowsOf("a|b\n"));
  EXPECT_EQ((Rows{{"x;y;z", "b"}}), RowsOf("\"x;y;z\",b\n"));
}

TEST(CsvReader, TakesTheSeparatorThatTheFileSays) {
  EXPECT_EQ((Rows{{"a,x,y", "b"}, {"1", "2"}}), RowsOf("sep=;\r\na,x,y;b\r\n1;2\r\n"));
  EXPECT_EQ((Rows{{"a", "b"}}), RowsOf("\xEF\xBB\xBFsep=#\na#b\n"));
  EXPECT_EQ((Rows{{"a;b", "c"}}), RowsOf("sep=;\na;b,c\n", {.separator = ',', .encoding = {}}));
  EXPECT_EQ((Rows{{"sep=", "b"}, {"sep=long", "d"}}), RowsOf("sep=,b\nsep=long,d\n"));
}

TEST(CsvReader, TakesTheSeparatorItIsGiven) {
  EXPECT_EQ((Rows{{"a,b", "c"}}), RowsOf("a,b;c\n", {.separator = ';', .encoding = {}}));
}

TEST(CsvReader, SkipsAByteOrderMarkAndEmptyLines) {
  EXPECT_EQ((Rows{{"a", "b"}, {"c", "d"}}), RowsOf("\xEF\xBB\xBF"
                                                   "a,b\n\n\r\nc,d\n\n"));
}

TEST(CsvReader, KeepsQuotesInsideOfFields) {
  EXPECT_EQ((Rows{{"5\" disk", "b"}}), RowsOf("5\" disk,b\n"));
}

TEST(CsvReader, CountsRowsAsASpreadsheetDoes) {
  std::istringstream input("a,b\n\"1\n2\",x\n3,y\n");
  CsvReader reader(input);
  CsvReader::Row row;
  for (std::uint64_t number = 1; number <= 3; ++number) {
    ASSERT_TRUE(*reader.Next(row));
    EXPECT_EQ(number, row.number);
  }
}

TEST(CsvReader, RefusesAQuoteWithoutEnd) {
  const Rows rows = RowsOf("a,b\n1,\"secret");
  EXPECT_EQ("error: row 2 has a quoted field without an end", rows.back().front());
}

TEST(CsvReader, RefusesWhatIsNoText) {
  EXPECT_NE(std::string::npos, RowsOf("PK\x03\x04zip").back().front().find("spreadsheet"));
  EXPECT_NE(std::string::npos, RowsOf(std::string("a,b\nc\0d,e\n", 10)).back().front().find("zero byte"));
}

std::string Utf16(std::u16string_view text, bool big_endian) {
  std::string bytes;
  for (const char16_t unit : text) {
    const char low = static_cast<char>(unit & 0xFF);
    const char high = static_cast<char>(unit >> 8);
    bytes.append({big_endian ? high : low, big_endian ? low : high});
  }
  return bytes;
}

TEST(CsvReader, ReadsUtf16OfBothOrdersWithAndWithoutAMark) {
  const Rows expected = {{"id", "nom"}, {"1", "Zoë, née Łuk"}, {"2", "Ana"}};
  for (const bool big_endian : {false, true}) {
    EXPECT_EQ(expected, RowsOf(Utf16(u"\uFEFFid;nom\r\n1;\"Zoë, née Łuk\"\r\n2;Ana\r\n", big_endian)));
    EXPECT_EQ(expected, RowsOf(Utf16(u"id;nom\r\n1;\"Zoë, née Łuk\"\r\n2;Ana\r\n", big_endian)));
  }
}

TEST(CsvReader, ReadsWindows1252WhereItIsNotUtf8) {
  EXPECT_EQ((Rows{{"id", "nom"}, {"1", "Zoë €"}}), RowsOf("id;nom\n1;Zo\xEB \x80\n"));
}

TEST(CsvReader, ReadsTheEncodingItIsGiven) {
  EXPECT_EQ((Rows{{"id", "имя"}}), RowsOf("id;\xC9\xCD\xD1\n", {.separator = {}, .encoding = "KOI8-R"}));
  const Rows rows = RowsOf("id\n", {.separator = {}, .encoding = "NO-SUCH-THING"});
  EXPECT_EQ("error: encoding: \"NO-SUCH-THING\" is not known; iconv -l lists those that are", rows.back().front());
}

TEST(CsvReader, KeepsCharactersThatItsBufferCuts) {
  std::u16string text = u"id;nom\n";
  Rows expected = {{"id", "nom"}};
  for (int i = 0; i < 60'000; ++i) {
    text += u"7;\U0001F601é\n";
    expected.push_back({"7", "\U0001F601é"});
  }
  EXPECT_TRUE(expected == RowsOf(Utf16(text, false)));
}

TEST(CsvReader, ShowsBytesThatAreNoText) {
  EXPECT_EQ((Rows{{"id"}, {"a\uFFFDb"}}), RowsOf("id\na\x81"
                                                 "b\n",
                                                 {.separator = {}, .encoding = "WINDOWS-1252"}));
}

TEST(CsvReader, RefusesEndlessRows) {
  EXPECT_NE(std::string::npos, RowsOf(std::string(3 << 20, 'a')).back().front().find("1 MiB"));
  EXPECT_NE(std::string::npos, RowsOf("\"" + std::string(3 << 20, 'a')).back().front().find("1 MiB"));
  EXPECT_NE(std::string::npos, RowsOf(std::string(5000, ',')).back().front().find("4096 fields"));
}

TEST(CsvReader, ReadsAcrossItsBuffer) {
  std::string text = "a,b\n";
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i) + ",\"é\r\n" + std::to_string(i) + "\"\r\n";
  const Rows rows = RowsOf(text);
  ASSERT_EQ(20'001U, rows.size());
  for (int i = 0; i < 20'000; ++i) {
    ASSERT_EQ((Fields{std::to_string(i), "é\r\n" + std::to_string(i)}), rows[static_cast<std::size_t>(i) + 1]);
  }
}

TEST(CsvReader, HasNoRowsInAnEmptyFile) {
  EXPECT_EQ(Rows{}, RowsOf(""));
  EXPECT_EQ(Rows{}, RowsOf("\n\n"));
}

}  // namespace
}  // namespace vigie::customers
