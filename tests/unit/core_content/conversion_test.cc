// PDF and old office documents, with a converter that answers as scripted. The real one: tests/integration/inspection.
#include "platform/fake/fake_converter.h"
#include "tests/unit/core_content/archive_writing.h"
#include "tests/unit/core_content/compound_writing.h"
#include "tests/unit/core_content/content_fixture.h"
#include "tests/unit/core_content/pdf_writing.h"

namespace vigie::content {
namespace {

using platform::ConversionEnd;
using platform::ConverterTool;
using ::testing::Contains;
using ::testing::ElementsAre;

std::string WideText(const std::string& text) {
  std::string wide;
  for (const char c : text) wide += std::string{'\0', c};
  return wide;
}

class ConversionTest : public ContentTest {
 protected:
  v1::Inspection Convert(std::string_view bytes) {
    MemorySource source(bytes);
    return InspectContent(source, {.budget = budget_, .indexes = indexes_, .converter = &converter_}, Engine(), clock_);
  }
  platform::FakeConverter converter_;
};

TEST_F(ConversionTest, APdfIsTheTextOfItsPages) {
  converter_.Answer(ConverterTool::kPdfText, {.text = "ann@example.com\n\fbob@example.com\n\f"});
  const auto pdf = MakePdf({"a", "b"});
  const auto inspection = Convert(pdf);
  EXPECT_EQ(inspection.media_type(), "application/pdf");
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL) << inspection.ShortDebugString();
  EXPECT_EQ(Matches(inspection, "email_address"), 2U);
  EXPECT_EQ(converter_.document(), pdf);
}

TEST_F(ConversionTest, APdfInsideAZipIsConverted) {
  converter_.Answer(ConverterTool::kPdfText, {.text = "ann@example.com\n\f"});
  const auto pdf = MakePdf({"a"});
  const auto inspection = Convert(MakeZip({{"letter", pdf}}));
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL);
  EXPECT_EQ(Matches(inspection, "email_address"), 1U);
  EXPECT_EQ(converter_.document(), pdf);
}

TEST_F(ConversionTest, APdfThatHoldsMoreThanItsTextIsPartial) {
  converter_.Answer(ConverterTool::kPdfText, {.text = "ann@example.com\n\f"});
  for (const std::string more : {"/Subtype/Image ", "/Subtype /Image>>", "/Subtype/Im#61ge", "/EmbeddedFiles 1 0 R",
                                 "/AP<</N 4 0 R>>", "/OCProperties<<>>", "/Encrypt 9 0 R"}) {
    const auto inspection = Convert(MakePdf({"a"}, more));
    EXPECT_THAT(Reasons(inspection), ElementsAre(v1::REASON_UNSUPPORTED)) << more;
    EXPECT_EQ(Matches(inspection, "email_address"), 1U);
  }
  EXPECT_EQ(Convert(MakePdf({"a"}, "/ProcSet[/PDF/ImageB]/Title(/Image)")).evaluated(), v1::EVALUATED_FULL);
  const std::string late(64 * 1024 - 75, ' ');  // across the border of two reads
  EXPECT_THAT(Reasons(Convert(MakePdf({"a"}, late + "/Subtype/Image "))), ElementsAre(v1::REASON_UNSUPPORTED));
}

TEST_F(ConversionTest, WhatStandsBesideThePagesOfAPdfIsSeen) {
  converter_.Answer(ConverterTool::kPdfText, {.text = "page\f"});
  const auto inspection = Convert(MakePdf(
      {"a"},
      R"(/Title(title@\145xample.com \(draft\) (nested) )"
      "\\\n"
      R"(end)/Author<616E6E406578616D706C652E636F6D>)",
      "5 0 obj<</Subtype/Link/A<</URI(mailto:link@example.com)>>/Contents(\xfe\xff" + WideText("note@example.com") +
          ")>>endobj % comment (with\n6 0 obj<</Type/Metadata/Subtype/XML/Length "
          "9>>stream\r\n<x>xmp@example.com</x>\nendstream endobj\n" +
          PdfStream("/Type/Metadata", "<x>packed@example.com</x>") + PdfStream("", "(skipped@example.com) Tj")));
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL) << inspection.ShortDebugString();
  EXPECT_EQ(Distinct(inspection, "email_address"), 6U) << inspection.ShortDebugString();
}

TEST_F(ConversionTest, ObjectStreamsOfAPdfAreUnpacked) {
  converter_.Answer(ConverterTool::kPdfText, {.text = "page\f"});
  const auto with = [](const std::string& objects) { return MakePdf({"a"}, "", objects); };
  const auto seen = Convert(with(PdfStream("/Type/ObjStm/N 1/First 4", "4 0 <</Title(ann@example.com)>>")));
  EXPECT_EQ(seen.evaluated(), v1::EVALUATED_FULL) << seen.ShortDebugString();
  EXPECT_EQ(Distinct(seen, "email_address"), 1U);
  std::string large;  // across many reads and buffers
  for (int i = 0; i < 20'000; ++i) large += "<</Title(person" + std::to_string(i) + "@example.com)>> ";
  EXPECT_EQ(Distinct(Convert(with(PdfStream("/Type/ObjStm", large))), "email_address"), 20'000U);

  auto cut = PdfStream("/Type/ObjStm", large);
  cut.erase(cut.size() / 2, cut.size() / 4);
  for (const auto& objects :
       {PdfStream("/Type/ObjStm", "<</EF<</F 9 0 R>>>>"), PdfStream("/Type/ObjStm/DecodeParms<</Predictor 12>>", "x"),
        std::string("5 0 obj<</Type/ObjStm/Filter/LZWDecode>>stream\nx\nendstream endobj\n"), cut,
        std::string("5 0 obj<</Length 3>>stream\n6 0 obj<</Title(hidden)>>endobj\nendstream endobj\n")}) {
    EXPECT_THAT(Reasons(Convert(with(objects))), ElementsAre(v1::REASON_UNSUPPORTED)) << objects.substr(0, 90);
  }
}

TEST_F(ConversionTest, AnObjectStreamThatIsABombIsTooLarge) {
  converter_.Answer(ConverterTool::kPdfText, {.text = "page\f"});
  budget_.set_bytes(1 << 20);
  EXPECT_THAT(Reasons(Convert(MakePdf({"a"}, "", PdfStream("/Type/ObjStm", std::string(8 << 20, ' '))))),
              Contains(v1::REASON_TOO_LARGE));
}

TEST_F(ConversionTest, AScanIsPartial) {
  converter_.Answer(ConverterTool::kPdfText, {.text = "ann@example.com\n\f \n\f"});
  EXPECT_THAT(Reasons(Convert(MakePdf({"a", ""}))), ElementsAre(v1::REASON_UNSUPPORTED));
}

TEST_F(ConversionTest, EveryEndHasItsReason) {
  struct Row {
    ConversionEnd end;
    std::string catalog;
    v1::Reason reason;
  };
  for (const auto& row :
       {Row{ConversionEnd::kRefused, "", v1::REASON_CORRUPT},
        Row{ConversionEnd::kRefused, "/Encrypt 9 0 R", v1::REASON_ENCRYPTED},
        Row{ConversionEnd::kCrashed, "", v1::REASON_CORRUPT}, Row{ConversionEnd::kTimedOut, "", v1::REASON_TIMED_OUT},
        Row{ConversionEnd::kTooLarge, "", v1::REASON_TOO_LARGE}}) {
    converter_.Answer(ConverterTool::kPdfText, {.text = "", .end = row.end});
    const auto inspection = Convert(MakePdf({"a"}, row.catalog));
    EXPECT_NE(inspection.evaluated(), v1::EVALUATED_FULL);
    EXPECT_THAT(Reasons(inspection), ElementsAre(row.reason));
  }
}

TEST_F(ConversionTest, WithoutTheToolBytesAreInspected) {
  const auto pdf = MakePdf({"ann@example.com"});
  for (const auto& inspection : {Convert(pdf), Inspect(pdf)}) {
    EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_PARTIAL);
    EXPECT_THAT(Reasons(inspection), ElementsAre(v1::REASON_UNSUPPORTED));
    EXPECT_EQ(Matches(inspection, "email_address"), 1U);
  }
}

TEST_F(ConversionTest, ADeadConverterIsUnsupportedNotClean) {
  converter_.Answer(ConverterTool::kPdfText, {.text = "text\f"});
  converter_.Die();
  EXPECT_THAT(Reasons(Convert(MakePdf({"ann@example.com"}))), ElementsAre(v1::REASON_UNSUPPORTED));
}

TEST_F(ConversionTest, ConvertedTextIsPaidFor) {
  budget_.set_bytes(10'000);
  converter_.Answer(ConverterTool::kPdfText, {.text = std::string(1 << 20, 'x') + "\f"});
  EXPECT_THAT(Reasons(Convert(MakePdf({"a"}))), Contains(v1::REASON_TOO_LARGE));
}

TEST_F(ConversionTest, WhatOnlyClaimsToBeAPdfIsReadAsBytes) {
  converter_.Answer(ConverterTool::kPdfText, {.text = "", .end = ConversionEnd::kRefused});
  const std::string disguised = "%PDF-1.7\n" + CustomerCsv(20);
  for (const auto& bytes : {disguised, MakeGzip(disguised)}) {
    const auto inspection = Convert(bytes);
    EXPECT_THAT(Reasons(inspection), ElementsAre(v1::REASON_CORRUPT));
    EXPECT_EQ(Matches(inspection, "email_address"), 20U);
  }
}

TEST_F(ConversionTest, OldOfficeDocumentsAreRecognisedByTheirStreams) {
  struct Row {
    std::string stream;
    std::string media_type;
    ConverterTool tool;
  };
  for (const auto& row : {Row{"WordDocument", "application/msword", ConverterTool::kWordText},
                          Row{"Workbook", "application/vnd.ms-excel", ConverterTool::kSheetText},
                          Row{"PowerPoint Document", "application/vnd.ms-powerpoint", ConverterTool::kSlideText}}) {
    converter_.Answer(row.tool, {.text = "ann@example.com\n"});
    const auto file = MakeCompoundFile(row.stream, std::string(600, 'x'));
    for (const auto& bytes : {file, MakeGzip(file)}) {
      const auto inspection = Convert(bytes);
      EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_PARTIAL) << "the tools show the main text only";
      EXPECT_THAT(Reasons(inspection), ElementsAre(v1::REASON_UNSUPPORTED));
      EXPECT_EQ(Matches(inspection, "email_address"), 1U) << row.stream;
      EXPECT_EQ(converter_.conversions().back(), row.tool);
    }
    EXPECT_EQ(Convert(file).media_type(), row.media_type);
  }
}

TEST_F(ConversionTest, EncryptedOfficeDocumentsAreSaidToBe) {
  std::string word(600, '\0');
  word[11] = 1;
  const auto sheet = BiffRecord(0x809, std::string(16, '\1')) + BiffRecord(0x2f, "key");
  for (const auto& file : {MakeCompoundFile("EncryptedPackage", "x"), MakeCompoundFile("WordDocument", word),
                           MakeCompoundFile("Workbook", sheet)}) {
    EXPECT_EQ(Convert(file).evaluated(), v1::EVALUATED_NONE);
    EXPECT_THAT(Reasons(Convert(file)), ElementsAre(v1::REASON_ENCRYPTED));
  }
}

TEST_F(ConversionTest, OtherCompoundFilesAreReadAsBytesOfBothWidths) {
  std::string wide;
  for (const char c : std::string("wide@example.com ")) wide += std::string{c, '\0'};
  const auto inspection = Convert(MakeCompoundFile("__substg1.0_1000001F", "narrow@example.com  " + wide));
  EXPECT_EQ(inspection.media_type(), "application/vnd.ms-outlook");
  EXPECT_EQ(Distinct(inspection, "email_address"), 2U);
  EXPECT_THAT(Reasons(inspection), ElementsAre(v1::REASON_UNSUPPORTED));
}

TEST_F(ConversionTest, EveryPrefixOfACompoundFileGetsAnAnswer) {
  converter_.Answer(ConverterTool::kSheetText, {.text = "ann@example.com"});
  const auto file = MakeXls("Ann", "ann@example.com");
  for (std::size_t size = 8; size < file.size(); size += 97) {
    EXPECT_EQ(Convert(file.substr(0, size)).evaluated(), v1::EVALUATED_PARTIAL) << size;
  }
}

}  // namespace
}  // namespace vigie::content
