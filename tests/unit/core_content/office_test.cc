// Office documents that the test composes: what a reader sees is found where it stands, what hides beside it as well.
#include <random>

#include "tests/unit/core_content/archive_writing.h"
#include "tests/unit/core_content/content_fixture.h"

namespace vigie::content {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

constexpr const char* kTypes = R"(<?xml version="1.0"?><Types xmlns="urn:t"/>)";

std::string Word(const std::string& body) {
  return R"(<?xml version="1.0"?><w:document xmlns:w="urn:w"><w:body>)" + body + "</w:body></w:document>";
}

std::string Docx(const std::string& body, ZipEntries more = {}) {
  ZipEntries entries = {{"[Content_Types].xml", kTypes}, {"_rels/.rels", kTypes}, {"word/document.xml", Word(body)}};
  entries.insert(entries.end(), more.begin(), more.end());
  return MakeZip(entries);
}

std::string Paragraph(const std::string& text) {
  return "<w:p><w:r><w:t>" + text + "</w:t></w:r></w:p>";
}

ZipEntries Workbook(const std::string& rows, const std::string& strings) {
  return {{"[Content_Types].xml", kTypes},
          {"xl/worksheets/sheet1.xml", "<worksheet><sheetData>" + rows + "</sheetData></worksheet>"},
          {"xl/workbook.xml",
           R"(<workbook xmlns:r="urn:r"><sheets><sheet name="Clients" sheetId="1" r:id="rId7"/></sheets></workbook>)"},
          {"xl/_rels/workbook.xml.rels",
           R"(<Relationships><Relationship Id="rId7" Type="urn:w" Target="worksheets/sheet1.xml"/></Relationships>)"},
          {"xl/sharedStrings.xml", "<sst>" + strings + "</sst>"}};
}

std::string Odf(const std::string& kind, const std::string& body, const std::string& manifest = "<m:manifest/>") {
  return MakeZip({{"mimetype", "application/vnd.oasis.opendocument." + kind},
                  {"content.xml", "<office:document-content>" + body + "</office:document-content>"},
                  {"META-INF/manifest.xml", manifest}});
}

// Remembers which text came from where.
class OriginIndex final : public customers::CustomerIndex {
 public:
  const customers::IndexInfo& info() const override { return info_; }
  void Match(std::string_view text, customers::RecordSet&) const override { texts_.emplace_back(text); }
  bool HasLine(const std::string& line) const {
    return std::ranges::any_of(texts_, [&](const std::string& text) {
      return ("\n" + text + "\n").find("\n" + line + "\n") != std::string::npos;
    });
  }
  std::string All() const {
    std::string all;
    for (const auto& text : texts_) all += "[" + text + "]\n";
    return all;
  }

 private:
  customers::IndexInfo info_;
  mutable std::vector<std::string> texts_;
};

class OfficeTest : public ContentTest {
 protected:
  OfficeTest() { indexes_ = {&texts_}; }
  OriginIndex texts_;
};

TEST_F(OfficeTest, JoinsTheRunsOfAParagraph) {
  const auto inspection = Inspect(
      Docx("<w:p><w:r><w:t>Jean Dupont, jean.du</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>pont@example.com</w:t></w:r>"
           "</w:p>" +
           Paragraph("next line")));
  EXPECT_EQ(inspection.media_type(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL) << inspection.ShortDebugString();
  EXPECT_EQ(Matches(inspection, "email_address"), 1U);
  EXPECT_TRUE(texts_.HasLine("Jean Dupont, jean.dupont@example.com")) << texts_.All();
  EXPECT_TRUE(texts_.HasLine("next line")) << texts_.All();
}

TEST_F(OfficeTest, KeepsARowOfATableOnOneLine) {
  const std::string row = "<w:tr><w:tc>" + Paragraph("Dupont") + "</w:tc><w:tc>" + Paragraph("Acme") + "</w:tc></w:tr>";
  Inspect(Docx("<w:tbl>" + row + row + "</w:tbl>"));
  EXPECT_TRUE(texts_.HasLine("Dupont \tAcme \t")) << texts_.All();
}

TEST_F(OfficeTest, SeesWhatStandsBesideTheText) {
  const auto inspection = Inspect(Docx(
      R"(<w:p><w:ins w:author="author@example.com"><w:r><w:delText>deleted@example.com</w:delText></w:r></w:ins>)"
      R"(<w:r><w:instrText>HYPERLINK "mailto:field@example.com"</w:instrText></w:r></w:p>)"
      R"(<wp:docPr descr="picture of alt@example.com"/><!-- comment@example.com -->)",
      {{"word/_rels/document.xml.rels", R"(<R><R Target="mailto:link@example.com"/></R>)"},
       {"word/comments.xml", "<w:comments><w:comment>" + Paragraph("note@example.com") + "</w:comment></w:comments>"},
       {"word/footer1.xml", "<w:ftr>" + Paragraph("footer@example.com") + "</w:ftr>"},
       {"docProps/core.xml", "<cp><dc:creator>creator@example.com</dc:creator><dc:title>x</dc:title></cp>"},
       {"customXml/item1.xml", "<data><anything>custom@example.com</anything></data>"}}));
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL) << inspection.ShortDebugString();
  EXPECT_EQ(Distinct(inspection, "email_address"), 10U) << texts_.All();
}

TEST_F(OfficeTest, InspectsWhatIsEmbeddedAsPartsOfTheirOwn) {
  const auto inspection =
      Inspect(Docx(Paragraph("outside@example.com"),
                   {{"word/embeddings/sheet.xlsx",
                     MakeZip(Workbook("<row><c t=\"inlineStr\"><is><t>inside@example.com</t></is></c></row>", ""))},
                    {"word/media/image1.png", std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16) + " p@example.com "}}));
  EXPECT_EQ(Distinct(inspection, "email_address"), 3U);
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_PARTIAL) << "an image may show text";
  EXPECT_THAT(Reasons(inspection), ElementsAre(v1::REASON_UNSUPPORTED));
}

TEST_F(OfficeTest, ReadsRowsOfSheetsWithSharedAndInlineStringsAndNumbers) {
  const std::string rows =
      R"(<row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1" t="s"><v>0</v></c><c r="C1"><v>33612345678</v></c></row>)"
      R"(<row r="2"><c r="A2" t="inlineStr"><is><r><t>Anne </t></r><r><t>Martin</t></r></is></c>)"
      R"(<c r="B2" t="str"><f>CONCAT("formula@example.com")</f><v>anne@example.com</v></c>)"
      R"(<c r="C2"><v>6.12345678E8</v></c></row>)";
  const auto inspection =
      Inspect(MakeZip(Workbook(rows,
                               "<si><r><t>jean@</t></r><r><rPr><b/></rPr><t>example.com</t></r></si>"
                               "<si><t>Jean Dupont</t></si><si><t>orphan@example.com</t></si>")));
  EXPECT_EQ(inspection.media_type(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL) << inspection.ShortDebugString();
  EXPECT_TRUE(texts_.HasLine("Jean Dupont\tjean@example.com\t33612345678\t")) << texts_.All();
  EXPECT_TRUE(texts_.HasLine("Anne Martin\tanne@example.com\t612345678\t")) << texts_.All();
  EXPECT_EQ(Distinct(inspection, "email_address"), 4U) << "a string that no cell shows is seen, and formulas are";
}

TEST_F(OfficeTest, ReadsNumbersThatWereMadeFloatsAsTheDigitsTheyWere) {
  std::string rows;
  for (const auto* written : {"6.39980123E8", "639980124.0", "6.3998012500000001E+08", "12345678901234567.00", "6.5E-1",
                              "1234.50", "0.0", ".0", "1.8E+17", "9.007199254740992E15"}) {
    rows += std::string("<row><c><v>") + written + "</v></c></row>";
  }
  auto entries = Workbook(rows, "");
  entries.emplace_back("xl/pivotCache/pivotCacheRecords1.xml", R"(<r><n v="6.39980126E8"/><s x="6.39980127E8"/></r>)");
  Inspect(MakeZip(entries));
  for (const auto* shown : {"639980123\t", "639980124\t", "639980125\t", "12345678901234567\t", "6.5E-1\t", "1234.50\t",
                            "0\t", ".0\t", "1.8E+17\t", "9007199254740992\t", "639980126", "6.39980127E8"}) {
    EXPECT_TRUE(texts_.HasLine(shown)) << shown << texts_.All();
  }
  Inspect(Odf("spreadsheet", R"(<table:table-row><table:table-cell office:value="6.39980128E8"/></table:table-row>)"));
  EXPECT_TRUE(texts_.HasLine(" 639980128\t")) << texts_.All();
}

TEST_F(OfficeTest, CountsACellAsOftenAsItIsShown) {
  std::string rows;
  for (int i = 0; i < 50; ++i) rows += R"(<row><c t="s"><v>0</v></c></row>)";
  const auto inspection = Inspect(MakeZip(Workbook(rows, "<si><t>jean@example.com</t></si>")));
  EXPECT_EQ(Matches(inspection, "email_address"), 50U);
  EXPECT_EQ(Distinct(inspection, "email_address"), 1U);
}

TEST_F(OfficeTest, ReadsSlides) {
  const auto inspection = Inspect(MakeZip(
      {{"[Content_Types].xml", kTypes},
       {"ppt/slides/slide1.xml",
        "<p:sld><a:p><a:r><a:t>on the slide: ann@</a:t></a:r><a:r><a:t>example.com</a:t></a:r></a:p></p:sld>"},
       {"ppt/notesSlides/notesSlide1.xml", "<p:notes><a:p><a:r><a:t>notes@example.com</a:t></a:r></a:p></p:notes>"}}));
  EXPECT_EQ(inspection.media_type(), "application/vnd.openxmlformats-officedocument.presentationml.presentation");
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL);
  EXPECT_EQ(Distinct(inspection, "email_address"), 2U);
}

TEST_F(OfficeTest, ReadsOpenDocumentTextAndSheets) {
  const auto text = Inspect(Odf("text",
                                "<text:p>Jean<text:s/>Dupont <text:span>jean@</text:span>example.com</text:p>"
                                "<text:h>head@example.com</text:h>"));
  EXPECT_EQ(text.media_type(), "application/vnd.oasis.opendocument.text");
  EXPECT_EQ(text.evaluated(), v1::EVALUATED_FULL) << text.ShortDebugString();
  EXPECT_EQ(Distinct(text, "email_address"), 2U);
  EXPECT_TRUE(texts_.HasLine("Jean Dupont jean@example.com")) << texts_.All();

  const auto sheet = Inspect(Odf(
      "spreadsheet",
      R"(<table:table table:name="Clients"><table:table-row><table:table-cell><text:p>Dupont</text:p></table:table-cell>)"
      R"(<table:table-cell office:value="33612345678"><text:p>3.36E+10</text:p></table:table-cell></table:table-row>)"
      R"(</table:table>)"));
  EXPECT_EQ(sheet.media_type(), "application/vnd.oasis.opendocument.spreadsheet");
  EXPECT_EQ(sheet.evaluated(), v1::EVALUATED_FULL);
  EXPECT_TRUE(texts_.HasLine("Dupont \t3.36E+10  33612345678\t")) << texts_.All();
}

TEST_F(OfficeTest, WordsInPlaceOfAnOpenDocumentTypeStayInTheFile) {
  for (const std::string kind : {"jean-dupont", "spreaapplication/vnd.oasis.opendocument.spreadsheet", ""}) {
    const auto inspection = Inspect(Odf(kind, "<text:p>ann@example.com</text:p>"));
    EXPECT_EQ(inspection.media_type(), "application/zip") << kind;
    EXPECT_EQ(Distinct(inspection, "email_address"), 1U) << kind;
  }
}

TEST_F(OfficeTest, AnEncryptedOpenDocumentIsSaidToBeOne) {
  const auto inspection = Inspect(
      Odf("text", "garbage",
          R"(<m:manifest><m:file-entry m:full-path="content.xml"><m:encryption-data/></m:file-entry></m:manifest>)"));
  EXPECT_THAT(Reasons(inspection), ElementsAre(v1::REASON_ENCRYPTED));
}

TEST_F(OfficeTest, ASecondPartOfTheSameNameDoesNotEscape) {
  auto entries = Workbook("<row><c t=\"s\"><v>0</v></c></row>", "<si><t>first@example.com</t></si>");
  entries.emplace_back("xl/sharedStrings.xml", "<sst><si><t>second@example.com</t></si></sst>");
  entries.emplace_back("xl/workbook.xml", "<workbook><x>third@example.com</x></workbook>");
  EXPECT_EQ(Distinct(Inspect(MakeZip(entries)), "email_address"), 3U);
}

TEST_F(OfficeTest, ABillionLaughsIsTooLargeAndBrokenMarkupIsCorrupt) {
  std::string bomb = "<!DOCTYPE a [<!ENTITY l0 'ha'>";
  for (int i = 1; i < 10; ++i) {
    bomb += "<!ENTITY l" + std::to_string(i) + " '";
    for (int copy = 0; copy < 10; ++copy) bomb += "&l" + std::to_string(i - 1) + ";";
    bomb += "'>";
  }
  const auto laughs = Inspect(Docx("", {{"word/x.xml", bomb + "]><a>&l9;</a>"}}));
  EXPECT_THAT(Reasons(laughs), Contains(v1::REASON_TOO_LARGE));
  const auto broken = Inspect(Docx("<w:p><w:t>before@example.com</w:t></w:r> after@example.com"));
  EXPECT_EQ(broken.evaluated(), v1::EVALUATED_PARTIAL);
  EXPECT_THAT(Reasons(broken), ElementsAre(v1::REASON_CORRUPT));
  EXPECT_EQ(Distinct(broken, "email_address"), 2U) << texts_.All();
  // Of such text expat tells nothing.
  const auto lost = Inspect(Docx("<!-- for expat -->" + Paragraph("before@example.com ]]> after@example.com")));
  EXPECT_EQ(Distinct(lost, "email_address"), 2U) << texts_.All();
}

TEST_F(OfficeTest, ReadsTheDatesOfASheetAsDates) {
  auto parts =
      Workbook(R"(<row><c t="s"><v>0</v></c></row><row><c s="1"><v>31234</v></c><c s="2"><v>31235.5</v></c></row>)"
               R"(<row><c s="3"><v>31236</v></c><c><v>31237</v></c><c s="1"><v>639980123</v></c></row>)"
               R"(<row><c s="1"><v>60</v></c><c s="1"><v>59</v></c><c s="9"><v>31238</v></c></row>)",
               "<si><t>date de naissance</t></si>");
  const std::string styles =
      R"(<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy;@"/>)"
      R"(<numFmt numFmtId="165" formatCode="[Red]&quot;day&quot; 0\d"/></numFmts>)"
      R"(<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>)"
      R"(<xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>)";
  parts.emplace_back("xl/styles.xml", styles);
  const auto inspection = Inspect(MakeZip(parts));
  EXPECT_TRUE(texts_.HasLine("1985-07-06\t1985-07-07\t")) << texts_.All();
  EXPECT_TRUE(texts_.HasLine("31236\t31237\t639980123\t")) << texts_.All();
  EXPECT_TRUE(texts_.HasLine("1900-03-01\t1900-02-28\t31238\t")) << texts_.All();
  EXPECT_EQ(Distinct(inspection, "date_of_birth"), 4U);
  parts[2].second.replace(parts[2].second.find("<sheets>"), 0, R"(<workbookPr date1904="1"/>)");
  Inspect(MakeZip(parts));
  EXPECT_TRUE(texts_.HasLine("1989-07-07\t1989-07-08\t")) << texts_.All();
}

// What the clock cut off is no damage.
TEST_F(OfficeTest, TimeThatRanOutIsTheOnlyReason) {
  budget_.set_milliseconds(100);
  clock_.StepEachTime(std::chrono::milliseconds(5));
  const auto rows = std::string(6 << 20, ' ');
  EXPECT_THAT(Reasons(Inspect(Docx(rows))), ElementsAre(v1::REASON_TIMED_OUT));
  EXPECT_THAT(Reasons(Inspect("<?xml version=\"1.0\"?><a>" + rows + "</a>")), ElementsAre(v1::REASON_TIMED_OUT));
}

TEST_F(OfficeTest, EndsWithItsBudget) {
  ZipEntries parts;
  for (int i = 0; i < 100; ++i) parts.emplace_back("word/p" + std::to_string(i) + ".xml", Word(""));
  budget_.set_entries(50);
  EXPECT_THAT(Reasons(Inspect(Docx("", parts))), ElementsAre(v1::REASON_TOO_MANY_ENTRIES));
  budget_ = {};
  budget_.set_bytes(100'000);
  EXPECT_THAT(Reasons(Inspect(Docx(Paragraph(std::string(1 << 20, 'x'))))), ElementsAre(v1::REASON_TOO_LARGE));
}

TEST_F(OfficeTest, DamagedDocumentsAreAnsweredHonestly) {
  std::string rows;
  for (int i = 0; i < 200; ++i) {
    rows += "<row><c t=\"inlineStr\"><is><t>person" + std::to_string(i) + "@example.com</t></is></c></row>";
  }
  const auto whole = MakeZip(Workbook(rows, ""));
  ASSERT_EQ(Distinct(Inspect(whole), "email_address"), 200U);
  std::mt19937 random(1871);
  for (int round = 0; round < 100; ++round) {
    auto damaged = whole;
    if (round % 2 == 0) damaged.resize(random() % damaged.size());
    if (round % 2 == 1) damaged[random() % damaged.size()] ^= static_cast<char>(1 << random() % 8);
    const auto inspection = Inspect(damaged);
    if (inspection.evaluated() == v1::EVALUATED_FULL) {
      EXPECT_EQ(Distinct(inspection, "email_address"), 200U) << round;
    }
  }
}

}  // namespace
}  // namespace vigie::content
