// Whatever a document looks like, what PlainXml and expat tell together is what expat tells alone.
#include "core/content/extract/plain_xml.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

#include "tests/unit/core_content/xml_notes.h"

namespace vigie::content {
namespace {

struct Told {
  XmlState state = XmlState::kGoing;
  std::string notes;
  std::uint64_t understood = 0;
  bool operator==(const Told&) const = default;
};

// Of a malformed document only the markup counts: expat may lose text before the mistake.
Told Tell(std::string_view document, std::size_t chunk, bool plainly) {
  XmlNotes notes;
  XmlParser parser(notes, {.may_read_plainly = plainly});
  for (std::size_t at = 0; at < document.size(); at += chunk) parser.Feed(document.substr(at, chunk));
  Told told{parser.Finish(), {}, 0};
  told.notes = told.state == XmlState::kGoing ? notes.text() : notes.markup();
  told.understood = parser.understood_bytes();
  return told;
}

void ExpectTheSame(const std::string& document) {
  const auto expected = Tell(document, 1, false);
  const bool is_whole = expected.state == XmlState::kGoing;
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{7}, document.size() + 1}) {
    const auto told = Tell(document, chunk, true);
    EXPECT_EQ(told.state, expected.state) << chunk << ": " << document;
    EXPECT_EQ(told.notes, expected.notes) << chunk << ": " << document;
    EXPECT_TRUE(!is_whole || told.understood == document.size()) << chunk << ": " << document;
  }
}

constexpr std::array kDocuments = {
    R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>)"
    "\r\n"
    R"(<w:p xmlns:w="urn:w" w:a='"1"' b="&lt;é&#x20AC;&apos;&amp;"><w:t xml:space="preserve"> a &gt; b€ </w:t><w:r/></w:p>)"
    "\n",
    R"(<?xml version='1.0' encoding='UTF-8'?><a b = "1" c='2'  >x]]y]</a  > )",
    "<a>one\r\ntwo\rthree\n</a>",
    "<a b='one\r\ntwo\tthree\rfour&#10;five'/>",
    "<a><b/><c></c><!-- note --><d>after</d></a><!-- end -->",
    "<a>before<![CDATA[<raw>]]>after</a>",
    "<a>x&nbsp;y</a>",
    R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?><a>x&nbsp;y</a>)",
    R"(<?xml version="1.0" encoding="ISO-8859-1"?><a>x</a>)",
    "<a>good</b>",
    "<a>bad ]]> here</a>",
    "<a b='1' b='2'/>",
    "<a b='1'c='2'/>",
    "<a b='<'/>",
    "<a b=1/>",
    "<a>&#0;</a>",
    "<a>&#xD800;</a>",
    "<a>&#xFFFE;</a>",
    "<a>&#1114112;</a>",
    "<a>&;</a>",
    "<a>&#;</a>",
    "<a>&#x;</a>",
    "<a>& b</a>",
    "<a>\xc3</a>",
    "<a>\xc0\x80</a>",
    "<a>\xed\xa0\x80</a>",
    "<a>\xef\xbf\xbf</a>",
    "<a>\xf4\x90\x80\x80</a>",
    "<a>\xf0\x9f\x98\x80</a>",
    "<a>\x01</a>",
    "<a>\x7f</a>",
    "<a",
    "<a>",
    "<a><b></a></b>",
    "<a/><b/>",
    "<a/>text",
    " <a/>",
    "<a:b/>",
    "<:a/>",
    "<a:/>",
    "<a:b:c/>",
    "<1/>",
    "<a/ >",
    "<a /><",
    "</a>",
    "<a></a ><?b c?>",
    "<é>text</é>",
    "<a é='1'/>",
    "<a\n\tb='1'\r\n/>",
    "<a>x</a\n>",
    "<?xml version=\"1.0\"?><?xml version=\"1.0\"?><a/>",
    "<?xml version=\"1.1\"?><a/>",
    "<?xml version=\"1.0\"?>",
    "",
    "<!DOCTYPE a [<!ENTITY e 'value'>]><a>&e;</a>",
    "<a><!DOCTYPE a></a>",
    "\xef\xbb\xbf<a>x</a>",
    "<a>\xef\xbb\xbf</a>"};

TEST(PlainXml, TellsWhatExpatTells) {
  for (const auto* document : kDocuments) ExpectTheSame(document);
}

TEST(PlainXml, TellsWhatExpatTellsOfDocumentsThatAreDamaged) {
  constexpr std::string_view kPieces = "<>&;'\"= /!?-[]a:\r\n\t\x80\xc3\xa9";
  std::mt19937 random(1881);
  for (int round = 0; round < 20'000; ++round) {
    std::string document = kDocuments[random() % kDocuments.size()];
    for (auto changes = 1 + random() % 3; changes > 0 && !document.empty(); --changes) {
      const auto at = random() % document.size();
      const char piece = kPieces[random() % kPieces.size()];
      if (random() % 3 == 0)
        document.erase(at, 1 + random() % 4);
      else if (random() % 2 == 0)
        document.insert(at, 1, piece);
      else
        document[at] = piece;
    }
    ExpectTheSame(document);
    if (HasFailure()) return;
  }
}

TEST(PlainXml, ReadsToTheEndWhatProgramsWrite) {
  XmlNotes notes;
  PlainXml plain(notes);
  EXPECT_TRUE(plain.Feed(kDocuments[0]));
  EXPECT_TRUE(plain.is_complete());
  EXPECT_EQ(plain.read_bytes(), std::string_view(kDocuments[0]).size());
}

TEST(PlainXml, LeavesLongTagsManyAttributesAndDepthToExpat) {
  std::string many = "<a";
  for (int i = 0; i < 100; ++i) many += " b" + std::to_string(i) + "='1'";
  ExpectTheSame(many + ">x</a>");
  ExpectTheSame("<a b='" + std::string(PlainXml::kLongestTag + 1, 'x') + "'>y</a>");
  std::string deep;
  for (std::size_t i = 0; i < PlainXml::kDeepest + 1; ++i) deep += "<a>";
  EXPECT_EQ(Tell(deep, deep.size(), true).state, XmlState::kTooComplex);
}

}  // namespace
}  // namespace vigie::content
