// Markup and data formats: what they mean is seen, rows stay rows, and `full` is said only of what was understood.
#include "tests/unit/core_content/archive_writing.h"
#include "tests/unit/core_content/content_fixture.h"
#include "tests/unit/core_content_text/encoding_writing.h"

namespace vigie::content {
namespace {

class FormatsTest : public ContentTest {
 protected:
  // Everything that reached the detectors must hold `expected`; the type and that it is all.
  void ExpectShown(const std::string& document, std::string_view media_type, const std::vector<std::string>& expected) {
    std::map<std::string, customers::RecordId> words;
    for (const auto& word : expected) words.emplace(word, static_cast<customers::RecordId>(words.size() + 1));
    const WordIndex index(words);
    indexes_ = {&index};
    const auto inspection = Inspect(document);
    EXPECT_EQ(inspection.media_type(), media_type) << document.substr(0, 80);
    EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL) << media_type;
    EXPECT_EQ(inspection.customers().distinct(), words.size()) << document;
    indexes_ = {};
  }
};

TEST_F(FormatsTest, HtmlShowsRowsAttributesScriptsAndComments) {
  ExpectShown(
      "<!DOCTYPE html><html><head><title>Clients</title><script>var x = \"Script Person\";</script></head><body>"
      "<!-- Comment Person --><table>\n <tr><td>Ren&eacute;e\n   "
      "Lef&#232;vre</td>\n<td><p>renee@example.com</p></td></tr>"
      "<tr><td>Jean <b>Dupont</b></td><td><a href=\"mailto:jean@example.org\">write</a></td></tr></table>"
      "<p title='Title Person'>Bold<b>ed</b></body></html>",
      "text/html",
      {"Renée Lefèvre\t", "renee@example.com", "Jean Dupont\t", "mailto:jean@example.org", "Script Person",
       "Comment Person", "Title Person", "Bolded"});
}

TEST_F(FormatsTest, HtmlKeepsAmpersandsThatAreNoReferences) {
  ExpectShown(
      "<!DOCTYPE html><html><p>Dupont &amp; Fils, R&D, A && B &nothing; caf&eacute; th&eacute &#233;t&#xE9; "
      "\xEF\xBC\x86</p><a href='?a=1&b=2&c=3'>x</a><script>if (a && b) c &= d;</script><p>last &",
      "text/html",
      {"Dupont & Fils", "R&D", "A && B &nothing; café thé été &", "?a=1&b=2", "if (a && b) c &= d;", "last &"});
  std::string many = "<!DOCTYPE html><html><p>";
  for (int i = 0; i < 20'000; ++i) many += "&&&ann@example.com&";
  EXPECT_EQ(Matches(Inspect(many), "email_address"), 20'000U);
}

TEST_F(FormatsTest, HtmlInAnotherCharsetIsDecodedByWhatItDeclares) {
  ExpectShown(Encode("<html><meta charset=windows-1251><p>Иванов</p></html>", "WINDOWS-1251"), "text/html", {"Иванов"});
  ExpectShown(Encode("<html><p>Лев Толстой</p></html>", "UTF-16"), "text/html", {"Лев Толстой"});
}

TEST_F(FormatsTest, XmlElementsAreCellsAndRecordsAreLines) {
  ExpectShown(
      "<?xml version=\"1.0\"?><list><!-- Comment Person --><customer><name>Ren&#xE9;e Lef&#232;vre</name>\n  "
      "<mail>renee@example.com</mail>\n</customer><customer name=\"Jean Dupont\" mail=\"jean@example.org\"/>"
      "<customer name=\"Next One\" mail=\"x\"/><p>One <b>bold</b> word</p><![CDATA[<raw>]]></list>",
      "application/xml",
      {"Renée Lefèvre\trenee@example.com", "Jean Dupont\tjean@example.org\t\nNext", "Comment Person", "One bold word",
       "<raw>"});
}

TEST_F(FormatsTest, XmlThatBreaksOffIsShownAsTextAndNotCalledFull) {
  const WordIndex index({{"Before", 1}, {"Behind", 2}});
  indexes_ = {&index};
  const auto inspection = Inspect("<?xml version=\"1.0\"?><a><b>Before</b></a></nothing> & Behind");
  EXPECT_EQ(inspection.customers().distinct(), 2U);
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_PARTIAL);
  EXPECT_THAT(Reasons(inspection), ::testing::ElementsAre(v1::REASON_CORRUPT));
}

TEST_F(FormatsTest, SqlDumpsShowRowsAndUndoEscapes) {
  ExpectShown(
      "-- dump\nCREATE TABLE c (id int);\nINSERT INTO `c` VALUES (1,'Jean O''Hara','jean@example.com'),(2,'Line\\nTwo "
      "d\\'Arc',\"x\"),(3,X'52656ec3a965204c6566c3a8767265206573742069636921',NULL);\n",
      "application/sql", {"Jean O'Hara','jean@example.com'),\n(2,'Line Two d'Arc'", "Renée Lefèvre est ici!"});
  ExpectShown("COPY c (id, name) FROM stdin;\n1\tJean\\tDupont\n\\.\n", "application/sql", {"Jean\tDupont"});
}

TEST_F(FormatsTest, VcardsOfEveryVersionAreUnfoldedIntoOneLine) {
  ExpectShown(
      "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Lef=C3=A8vre;Ren=\r\n=C3=A9e\r\n"
      "TEL;CELL:06 12 34 56 78\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:4.0\r\nFN:Jean Du\r\n pont\r\n"
      "ORG:Beta\\, Fils\\; Cie\r\nEMAIL:jean@exa\r\n\tmple.com\r\nEND:VCARD\r\n",
      "text/vcard",
      {"Lefèvre;Renée\tTEL;CELL:06 12 34 56 78", "FN:Jean Dupont\tORG:Beta, Fils; Cie\tEMAIL:jean@example.com\t"});
}

TEST_F(FormatsTest, APhotoInAVcardIsOpenedAndNotClaimedToBeRead) {
  const std::string photo = "\xff\xd8\xff\xe0" + std::string(600, '\x11');
  const auto card = "BEGIN:VCARD\r\nVERSION:3.0\r\nPHOTO;ENCODING=b;TYPE=JPEG:" + Wrapped(Base64(photo), 74, "\r\n ") +
                    "\r\nEMAIL:jean@example.com\r\nEND:VCARD\r\n";
  const auto inspection = Inspect(card);
  EXPECT_EQ(Matches(inspection, "email_address"), 1U);
  EXPECT_THAT(Reasons(inspection), ::testing::ElementsAre(v1::REASON_UNSUPPORTED));
}

TEST_F(FormatsTest, CalendarsAndLdifAreUnfoldedAndDecoded) {
  ExpectShown(
      "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nATTENDEE;CN=Jean Du\r\n pont:mailto:jean@example.com\r\nEND:VEVENT\r\n"
      "END:VCALENDAR\r\n",
      "text/calendar", {"CN=Jean Dupont:mailto:jean@example.com"});
  ExpectShown("version: 1\n\ndn: cn=Renee,dc=example\ncn:: " + Base64("Renée Lefèvre") +
                  "\nmail: renee@exam\n ple.com\n\ndn: cn=Jean,dc=example\nmail: jean@example.com\n",
              "text/x-ldif", {"cn: Renée Lefèvre\tmail: renee@example.com\t\n"});
}

TEST_F(FormatsTest, RtfShowsTextInItsCodePagesAndTables) {
  ExpectShown(
      "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fcharset0 Arial;}{\\f1\\fcharset204 Arial Cyr;}}"
      "{\\info{\\author Author Person}}\\trowd Ren\\'e9e Lef\\u232 ?vre\\cell renee@exa\r\nmple.com\\cell\\row\r\n"
      "{\\f1\\'c8\\'e2\\'e0\\'ed\\'ee\\'e2}\\par {\\b Jean} Dupont\\par}",
      "text/rtf", {"Renée Lefèvre\trenee@example.com\t\n", "Иванов", "Author Person", "Jean Dupont"});
}

TEST_F(FormatsTest, YamlStringsShowWhatTheyMean) {
  ExpectShown("---\nname: \"Ren\\u00e9e Lef\\xe8vre\"\nmail: renee@example.com\n", "application/yaml",
              {"Renée Lefèvre", "renee@example.com"});
}

TEST_F(FormatsTest, JsonInsideJsonIsRead) {
  ExpectShown(R"({"log":"{\"name\":\"Ren\\u00e9e\",\"mail\":\"x\\nann@example.com\"}"})", "application/json",
              {"\"Renée\"", "\nann@example.com"});
}

}  // namespace
}  // namespace vigie::content
