#include "core/content/extract/xml_parser.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "tests/unit/core_content/xml_notes.h"

namespace vigie::content {
namespace {

class Notes final : public XmlNotes {
 public:
  void OnStart(std::string_view name, const XmlAttributes& attributes) override {
    XmlNotes::OnStart(name, attributes);
    if (parser_to_stop_ != nullptr) parser_to_stop_->Stop();
    if (throws_) throw std::runtime_error("from the handler");
  }

  XmlParser* parser_to_stop_ = nullptr;
  bool throws_ = false;
};

struct Parsed {
  XmlState state;
  std::string text;
};

Parsed Parse(std::string_view document, std::size_t chunk = 1 << 20, const XmlOptions& options = {}) {
  Notes notes;
  XmlParser parser(notes, options);
  for (std::size_t at = 0; at < document.size(); at += chunk) parser.Feed(document.substr(at, chunk));
  return {parser.Finish(), notes.text()};
}

TEST(XmlParser, TellsElementsAttributesAndTextWithoutPrefixes) {
  const auto parsed = Parse(R"(<?xml version="1.0"?><w:p xmlns:w="urn:w" r:id="7"><w:t>J&#233;r&amp;</w:t><b/></w:p>)");
  EXPECT_EQ(parsed.state, XmlState::kGoing);
  EXPECT_EQ(parsed.text, "<p w=urn:w id=7><t>Jér&</t><b></b></p>");
}

TEST(XmlParser, GivesTheSameForEverySizeOfChunk) {
  const std::string document = "<a x='1&amp;2'>one<!-- two --><b>trois é</b><![CDATA[<four>]]><?five six?></a>";
  const auto whole = Parse(document);
  EXPECT_EQ(whole.text, "<a x=1&2>one{ two }<b>trois é</b><four>[five six]</a>");
  for (std::size_t chunk = 1; chunk < 20; ++chunk) {
    EXPECT_EQ(Parse(document, chunk).text, whole.text) << chunk;
    EXPECT_EQ(Parse(document, chunk).state, XmlState::kGoing) << chunk;
  }
}

TEST(XmlParser, ReadsTheEncodingsThatXmlIsWrittenIn) {
  EXPECT_EQ(Parse("<?xml version='1.0' encoding='ISO-8859-1'?><a>Ren\xe9</a>").text, "<a>René</a>");
  EXPECT_EQ(Parse("<?xml version='1.0' encoding='Windows-1252'?><a>10 \x80</a>").text, "<a>10 €</a>");
  EXPECT_EQ(Parse(std::string("\xff\xfe<\0a\0>\0\xe9\0<\0/\0a\0>\0", 18)).text, "<a>é</a>");
  EXPECT_EQ(Parse("<?xml version='1.0' encoding='KOI8-R'?><a>x</a>").state, XmlState::kUnknownEncoding);
  EXPECT_EQ(Parse("<?xml version='1.0' encoding='KOI8-R'?><a>я</a>", 100, {.is_utf8 = true}).text, "<a>я</a>");
}

TEST(XmlParser, SaysWhereADocumentBreaksOffAndKeepsWhatCameBefore) {
  Notes notes;
  XmlParser parser(notes);
  EXPECT_EQ(parser.Feed("<a>good</b>"), XmlState::kMalformed);
  EXPECT_EQ(parser.Feed("<more/>"), XmlState::kMalformed);
  EXPECT_EQ(notes.text(), "<a>good");
  EXPECT_EQ(parser.understood_bytes(), std::string_view("<a>good").size());
  EXPECT_EQ(Parse("<a><b>").state, XmlState::kMalformed);
  EXPECT_EQ(Parse("").state, XmlState::kMalformed);
}

TEST(XmlParser, TellsUnknownEntitiesAndDeclaredOnes) {
  EXPECT_EQ(Parse("<a>x&nbsp;y</a>").text, "<a>x&nbspy</a>");
  const auto declared = Parse("<!DOCTYPE a [<!ENTITY e 'ann@example.com'>]><a>&e;</a>");
  EXPECT_EQ(declared.text, "(e=ann@example.com)<a>ann@example.com</a>");
}

TEST(XmlParser, OpensNothing) {
  const auto parsed = Parse("<!DOCTYPE a SYSTEM '/etc/passwd' [<!ENTITY e SYSTEM '/etc/passwd'>]><a>&e;</a>");
  EXPECT_EQ(parsed.text, "<a></a>");
}

TEST(XmlParser, EndsABillionLaughs) {
  std::string bomb = "<!DOCTYPE a [<!ENTITY l0 'ha'>";
  for (int i = 1; i < 10; ++i) {
    const auto previous = "&l" + std::to_string(i - 1) + ";";
    bomb += "<!ENTITY l" + std::to_string(i) + " '";
    for (int copy = 0; copy < 10; ++copy) bomb += previous;
    bomb += "'>";
  }
  const auto parsed = Parse(bomb + "]><a>&l9;</a>");
  EXPECT_EQ(parsed.state, XmlState::kTooComplex);
  EXPECT_LT(parsed.text.size(), 2U << 20);
}

TEST(XmlParser, EndsEndlessDepthAndEndlessTags) {
  std::string deep;
  for (std::size_t i = 0; i <= XmlParser::kDeepest; ++i) deep += "<a>";
  EXPECT_EQ(Parse(deep).state, XmlState::kTooComplex);
  const std::string longest = "<a b='" + std::string(XmlParser::kLongestToken + (1 << 17), 'x') + "'/>";
  EXPECT_EQ(Parse(longest).state, XmlState::kTooComplex);
  const std::string text = "<a>" + std::string(XmlParser::kLongestToken + (1 << 17), 'x') + "</a>";
  EXPECT_EQ(Parse(text).state, XmlState::kGoing) << "text is not a token: it is handed out as it comes";
}

TEST(XmlParser, TellsOfAnAttributesDefaultOnceAndNotForEachElement) {
  const auto parsed =
      Parse("<!DOCTYPE a [<!ATTLIST a b CDATA 'default' c CDATA #IMPLIED>]><z><a/><a d='own'/><a b='x'/></z>");
  EXPECT_EQ(parsed.state, XmlState::kGoing);
  EXPECT_EQ(parsed.text, "(b=default)<z><a></a><a d=own></a><a b=x></a></z>");
  std::string bomb = "<!DOCTYPE a [<!ATTLIST a b CDATA '" + std::string(60'000, 'x') + "'>]><z>";
  for (int i = 0; i < 10'000; ++i) bomb += "<a/>";
  EXPECT_LT(Parse(bomb + "</z>").text.size(), 1U << 20);
}

TEST(XmlParser, EndsEndlessDefaults) {
  std::string defaults = "<!DOCTYPE a [";
  for (std::size_t i = 0; i <= XmlParser::kMostDefaults; ++i)
    defaults += "<!ATTLIST a b" + std::to_string(i) + " CDATA ''>";
  EXPECT_EQ(Parse(defaults + "]><a/>").state, XmlState::kTooComplex);
}

TEST(XmlParser, StopsWhenToldAndPassesExceptionsOn) {
  Notes notes;
  XmlParser parser(notes);
  notes.parser_to_stop_ = &parser;
  EXPECT_EQ(parser.Feed("<a><b>text</b></a>"), XmlState::kStopped);
  EXPECT_EQ(parser.Finish(), XmlState::kStopped);
  EXPECT_EQ(notes.text(), "<a>");

  Notes throwing;
  throwing.throws_ = true;
  XmlParser other(throwing);
  EXPECT_THROW(other.Feed("<a><b/></a>"), std::runtime_error);
}

}  // namespace
}  // namespace vigie::content
