// What is encoded inside text: found wherever it stands, counted once, and cheap to look for.
#include <random>

#include "core/content/extract/embedded_text.h"
#include "tests/unit/core_content/archive_writing.h"
#include "tests/unit/core_content/content_fixture.h"
#include "tests/unit/core_content_text/encoding_writing.h"

namespace vigie::content {
namespace {

class EmbeddedTest : public ContentTest {
 protected:
  // Mail addresses in `text`, in all and different ones.
  std::uint64_t Mails(std::string_view text) {
    last_ = Inspect(text);
    EXPECT_EQ(last_.evaluated(), v1::EVALUATED_FULL);
    return Matches(last_, "email_address");
  }
  v1::Inspection last_;
};

const std::string kRow = "Renée Lefèvre;renee.lefevre@example.com;Besançon";

TEST_F(EmbeddedTest, FindsShortTextInEveryDisguise) {
  const WordIndex index({{"Renée Lefèvre", 1}});
  indexes_ = {&index};
  for (const auto& disguised : {Base64(kRow), Base64(kRow, true), Hex(kRow), Hex(kRow, " "), Hex(kRow, ":"),
                                Hex(kRow, ", "), Escaped(kRow, "%"), Escaped(kRow, "="), Escaped(kRow, "\\x"),
                                Base64(Encode(kRow, "UTF-16LE")), Base64(Encode(kRow, "WINDOWS-1252")),
                                Base64(Base64(kRow)), Escaped(Base64(kRow), "%"), Base64(Escaped(kRow, "%"))}) {
    for (const auto& text :
         {disguised, "payload=" + disguised + "\nnext line\n", "see \"" + disguised + "\", please"}) {
      EXPECT_EQ(Mails(text), 1U) << text;
      EXPECT_EQ(last_.customers().distinct(), 1U) << text;
    }
  }
}

TEST_F(EmbeddedTest, UndoesCharacterEscapes) {
  const WordIndex index({{"Renée Lefèvre", 1}});
  indexes_ = {&index};
  for (const auto* text : {"Ren&eacute;e Lef&egrave;vre", "Ren&#233;e Lef&#xE8;vre", R"(Ren\u00e9e Lef\u00E8vre)",
                           R"(Ren\u{e9}e Lef\u{e8}vre)", R"(Ren\xe9e Lef\xe8vre)", R"(Ren\303\251e Lef\303\250vre)",
                           R"(Ren\U000000e9e Lef\U000000E8vre)", "Ren%u00e9e Lef%u00e8vre", "Ren%E9e Lef%E8vre",
                           "Ren=E9e Lef=E8vre", "Ren%25C3%25A9e Lef%25C3%25A8vre"}) {
    EXPECT_EQ(Inspect(std::string("note: ") + text + ", client\n").customers().distinct(), 1U) << text;
  }
}

TEST_F(EmbeddedTest, RowsOfEncodedCellsStayRows) {
  std::string csv = "name;mail\n";
  for (int i = 0; i < 200; ++i) {
    csv += Base64("Person Number " + std::to_string(i)) + ";" + Base64("person" + std::to_string(i) + "@example.com") +
           "\n";
  }
  EXPECT_EQ(Mails(csv), 200U);
  EXPECT_EQ(Distinct(last_, "email_address"), 200U);
}

TEST_F(EmbeddedTest, LinesOfSeparateValuesAreNotJoined) {
  std::string list;
  for (int i = 100; i < 400; ++i) {
    list += Base64("a row of " + std::string(static_cast<std::size_t>(i % 7), 'x') + " a customer;person" +
                   std::to_string(i) + "@example.com") +
            "\n";
  }
  EXPECT_EQ(Mails(list), 300U);
}

TEST_F(EmbeddedTest, WrappedAndLongStretchesAreInspectedAsParts) {
  const auto csv = CustomerCsv(300);
  for (const std::size_t width : {60, 64, 72, 76}) {
    for (const auto* line_end : {"\n", "\r\n", "\n  "}) {
      EXPECT_EQ(Mails("data: |\n  " + Wrapped(Base64(csv), width, line_end) + "\nend: true\n"), 300U) << width;
    }
  }
  EXPECT_EQ(Mails("-----BEGIN DATA-----\n" + Wrapped(Base64(csv), 64) + "-----END DATA-----\n"), 300U);
  EXPECT_EQ(Mails(Wrapped(Hex(csv), 64)), 300U);
  EXPECT_EQ(Mails(Hex(csv, " ")), 300U);
  EXPECT_EQ(Mails(Base64(csv)), 300U);
}

TEST_F(EmbeddedTest, FilesInBase64AreOpened) {
  const auto zip = MakeZip({{"a.csv", CustomerCsv(50)}});
  EXPECT_EQ(Mails("{\"file\":\"" + Base64(zip) + "\"}"), 50U);
  EXPECT_EQ(Mails("src=\"data:application/gzip;base64," + Base64(MakeGzip(CustomerCsv(7))) + "\"\n"), 7U);
  EXPECT_EQ(Mails("https://example.org/upload/" + Base64(zip, true) + "?x=1\n"), 50U);
  EXPECT_EQ(Mails(Wrapped(Base64(Base64(zip)), 76)), 50U);
}

TEST_F(EmbeddedTest, AStretchLongerThanAWindowIsOnePart) {
  std::string rows = CustomerCsv(100'000);
  const auto zip = MakeZip({{"a.csv", rows}});
  EXPECT_EQ(Mails("{\"a\":\"" + Base64(rows) + "\"}"), 100'000U);
  EXPECT_EQ(Mails("data:\n" + Wrapped(Base64(rows), 76)), 100'000U);
  EXPECT_EQ(Distinct(last_, "email_address"), 100'000U);
}

TEST_F(EmbeddedTest, CountsNothingTwiceAcrossWindows) {
  std::string text;
  int rows = 0;
  for (; text.size() < 3'000'000; ++rows) {
    text += "row " + std::to_string(rows) + ": " + Escaped("person" + std::to_string(rows) + "@example.com", "%") +
            ", " + Base64("other" + std::to_string(rows) + "@example.com") + (rows % 2 == 0 ? "\n" : " ");
  }
  EXPECT_EQ(Mails(text), 2 * static_cast<std::uint64_t>(rows));
  EXPECT_EQ(Distinct(last_, "email_address"), 2 * static_cast<std::uint64_t>(rows));
  std::ranges::replace(text, '\n', ' ');
  EXPECT_EQ(Mails(text), 2 * static_cast<std::uint64_t>(rows)) << "in one endless line";
}

TEST_F(EmbeddedTest, PlainTextStaysAsItIs) {
  for (const auto* text :
       {"card=4111111111111111 id=42",
        "https://example.com/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 4111111111111111",
        "C:\\new\\4111111111111111", "06 12 34 56 78, 06 12 34 56 79, 06 12 34 56 80 and 4111111111111111",
        "key=\n4111111111111111\n", "100% 4111111111111111"}) {
    EXPECT_EQ(Matches(Inspect(text), "payment_card"), 1U) << text;
  }
}

TEST_F(EmbeddedTest, ValuesThatBeginLikeEscapesStayAsTheyAre) {
  for (const auto* text : {"mail=adele@example.com", "mail=fabien@example.com&x=1", "x=1&MAIL=BEATRICE@EXAMPLE.COM",
                           "name=ADELE MAIL=DAMIEN@EXAMPLE.COM", "country=DE;mail=edouard@example.com"}) {
    std::string expected = text;
    const WordIndex index({{expected, 1}});
    indexes_ = {&index};
    EXPECT_EQ(Inspect(text).customers().distinct(), 1U) << text;
  }
}

TEST_F(EmbeddedTest, PlusSignsOfFormsAreSpaces) {
  const WordIndex index({{"Renée Lefèvre", 1}});
  indexes_ = {&index};
  for (const auto* text :
       {"name=Ren%C3%A9e+Lef%C3%A8vre&city=Le+Mans", "POST /x?name=Ren%C3%A9e+Lef%C3%A8vre HTTP/1.1"}) {
    EXPECT_EQ(Inspect(text).customers().distinct(), 1U) << text;
  }
  const WordIndex sum({{"a=1+2", 1}});
  indexes_ = {&sum};
  EXPECT_EQ(Inspect("let a=1+2; // no form").customers().distinct(), 1U);
}

TEST_F(EmbeddedTest, LinesThatEndInTheMiddleOfACharacterAreJoined) {
  const WordIndex index({{"Renée Lefèvre", 1}});
  indexes_ = {&index};
  EXPECT_EQ(Inspect("Ren=C3=A9e Lef=C3=\r\n=A8vre\r\n").customers().distinct(), 1U);
  EXPECT_EQ(Inspect("Ren=C3=A9e Lef=\n=C3=A8v=\nre\n").customers().distinct(), 1U);
}

TEST_F(EmbeddedTest, LinesAroundAStretchStayLines) {
  const WordIndex index({{"Renée Lefèvre\nnext", 1}});
  indexes_ = {&index};
  for (std::size_t lead = 30; lead < 60; ++lead) {
    const auto text = std::string(lead, '.') + " " + Base64("our customer: Renée Lefèvre") + "\nnext line\n";
    EXPECT_EQ(Inspect(text).customers().distinct(), 1U) << lead;
  }
  EXPECT_EQ(Inspect(Hex("to Renée Lefèvre", " ") + "\nnext line\n").customers().distinct(), 1U);
}

TEST_F(EmbeddedTest, HexOfRowsStaysRowsAndDumpsAreJoined) {
  std::string rows;
  for (int i = 0; i < 60; ++i) rows += Hex("person" + std::to_string(i * i * i) + "@example.com", " ") + "\n";
  EXPECT_EQ(Mails(rows), 60U);
  std::string dump;
  const auto csv = CustomerCsv(40);
  for (std::size_t at = 0; at < csv.size(); at += 16) dump += Hex(csv.substr(at, 16), " ") + "\n";
  EXPECT_EQ(Mails(dump), 40U);
}

TEST_F(EmbeddedTest, HexOfRowsOfOneShapeStaysRowsWhateverTheirLength) {
  std::string cards;
  for (const auto* card : {"4111111111111111", "5555555555554444", "4012888888881881", "4242424242424242"}) {
    cards += Hex(card, " ") + "\n";
  }
  const auto inspection = Inspect(cards);
  EXPECT_EQ(Distinct(inspection, "payment_card"), 4U);
}

TEST_F(EmbeddedTest, HashesAndKeysDoNotMakeAnInspectionPartial) {
  std::mt19937 random(7);
  std::string bytes;
  for (int i = 0; i < 600; ++i) bytes += static_cast<char>(random());
  const auto inspection =
      Inspect("sha512: " + Hex(bytes.substr(0, 64)) + "\nkey: " + Wrapped(Base64(bytes), 64) + "\n");
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL);
}

TEST_F(EmbeddedTest, BombsEndWithTheirReason) {
  std::string nested = CustomerCsv(40);
  for (int i = 0; i < 12; ++i) nested = Base64(nested);
  budget_.set_depth(4);
  const auto deep = Inspect(nested);
  EXPECT_EQ(deep.evaluated(), v1::EVALUATED_PARTIAL);
  EXPECT_THAT(Reasons(deep), ::testing::ElementsAre(v1::REASON_TOO_DEEP));
  budget_ = {};
  budget_.set_entries(20);
  std::string many;
  for (int i = 0; i < 100; ++i) many += "x: " + Base64(MakeZip({{"a", std::to_string(i)}})) + "\n";
  const auto inspection = Inspect(many);
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_PARTIAL);
  EXPECT_THAT(Reasons(inspection), ::testing::ElementsAre(v1::REASON_TOO_MANY_ENTRIES));
}

TEST(EncodedCandidates, FindRunsWhereverBlocksEnd) {
  for (std::size_t lead = 0; lead < 140; ++lead) {
    std::string text = std::string(lead, '.') + std::string(24, 'A') + std::string(100, '.');
    EncodedCandidates found;
    FindEncodedCandidates(text, found);
    ASSERT_FALSE(found.words.empty()) << lead;
    for (const auto position : found.words) EXPECT_TRUE(position >= lead && position < lead + 24) << lead;
    text[lead + 12] = '.';
    FindEncodedCandidates(text, found);
    EXPECT_TRUE(found.empty()) << lead;
    text[lead + 12] = '%';
    FindEncodedCandidates(text, found);
    EXPECT_THAT(found.escapes, ::testing::ElementsAre(lead + 12));
  }
}

}  // namespace
}  // namespace vigie::content
