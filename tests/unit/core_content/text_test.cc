#include "core/content/extract/json_unescaper.h"
#include "core/content/extract/text_decoder.h"
#include "core/content/extract/text_sniffer.h"
#include "core/content/extract/text_windows.h"
#include "tests/unit/core_content/content_fixture.h"

namespace vigie::content {
namespace {

// Decodes in chunks of `step` bytes: where the chunks end must not matter.
std::string DecodeInSteps(TextEncoding encoding, std::string_view bytes, std::size_t step) {
  TextDecoder decoder(encoding);
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += step) decoder.Decode(bytes.substr(i, step), text);
  decoder.Finish(text);
  return text;
}

TEST(TextDecoder, ReadsUtf8AndFallsBackToWindows1252ByteByByte) {
  const std::string_view mixed =
      "\xef\xbb\xbfL\xc3\xa9"
      "a, L\xe9"
      "a, 5 \x80, \xf0\x9f\x98\x80 \xed\xa0\x80";
  for (const std::size_t step : {1, 2, 3, 100}) {
    EXPECT_EQ(DecodeInSteps(TextEncoding::kEightBit, mixed, step), "Léa, Léa, 5 €, 😀 í\xc2\xa0€") << step;
  }
}

TEST(TextDecoder, ShowsWhatItWouldCopy) {
  const std::string text =
      "\xef\xbb\xbfÉlodie, Łukasz; caf\xe9 na\xc3\xaf"
      "ve 漢字\n";
  for (std::size_t size = 1; size < text.size(); ++size) {
    TextDecoder copying(TextEncoding::kEightBit);
    TextDecoder viewing(TextEncoding::kEightBit);
    std::string copied;
    std::string viewed;
    std::string buffer;
    for (std::size_t i = 0; i < text.size(); i += size) {
      copying.Decode(std::string_view(text).substr(i, size), copied);
      viewed += viewing.View(std::string_view(text).substr(i, size), buffer);
    }
    EXPECT_EQ(copied, viewed) << "in pieces of " << size;
  }
}

TEST(TextDecoder, ReadsUtf16OfBothOrdersWithSurrogates) {
  using namespace std::string_view_literals;
  for (const std::size_t step : {1, 2, 3, 100}) {
    EXPECT_EQ(DecodeInSteps(TextEncoding::kUtf16LittleEndian,
                            "\xff\xfe"
                            "a\0\xe9\0\x3d\xd8\x00\xde"sv,
                            step),
              "aé😀");
    EXPECT_EQ(DecodeInSteps(TextEncoding::kUtf16BigEndian, "\xfe\xff\0a\0\xe9\xd8\x3d\xde\x00"sv, step), "aé😀");
  }
}

TEST(TextDecoder, RemembersWhatWasNoText) {
  TextDecoder clean(TextEncoding::kEightBit);
  TextDecoder zeros(TextEncoding::kEightBit);
  TextDecoder undefined(TextEncoding::kEightBit);
  std::string text;
  clean.Decode("caf\xe9", text);
  zeros.Decode(std::string_view("a\0b", 3), text);
  undefined.Decode("a\x81z", text);
  EXPECT_FALSE(clean.met_undecodable());
  EXPECT_TRUE(zeros.met_undecodable());
  EXPECT_TRUE(undefined.met_undecodable());
}

TEST(JsonUnescaper, ShowsTheMeaningOfEscapesWhereverChunksEnd) {
  const std::string_view json = R"({"n":"Ren\u00e9e\ud83d\ude00","u":"a\/b\n\"c\\"} \u12 \)";
  for (const std::size_t step : {1, 2, 5, 7, 100}) {
    JsonUnescaper unescaper;
    std::string text;
    for (std::size_t i = 0; i < json.size(); i += step) unescaper.Append(json.substr(i, step), text);
    unescaper.Finish(text);
    EXPECT_EQ(text, "{\"n\":\"Renée😀\",\"u\":\"a/b\n\"c\\\"} \\u12 \\") << step;
  }
}

TEST(EncodingSniffer, TellsTextFromBinary) {
  using namespace std::string_view_literals;
  EXPECT_EQ(SniffEncoding("plain\ttext\r\n", true), TextEncoding::kEightBit);
  EXPECT_EQ(SniffEncoding("L\xe9"
                          "a",
                          true),
            TextEncoding::kEightBit);
  EXPECT_EQ(SniffEncoding("a\0b\0c\0"sv, true), TextEncoding::kUtf16LittleEndian);
  EXPECT_EQ(SniffEncoding("\0a\0b\0c"sv, true), TextEncoding::kUtf16BigEndian);
  EXPECT_EQ(SniffEncoding("\xff\xfe"
                          "a\0"sv,
                          true),
            TextEncoding::kUtf16LittleEndian);
  EXPECT_EQ(SniffEncoding("", true), std::nullopt);
  EXPECT_EQ(SniffEncoding("a\0\0b"sv, true), std::nullopt);
  EXPECT_EQ(SniffEncoding("\x7f"
                          "ELF\x02\x01"sv,
                          true),
            std::nullopt);
}

// They are looked for 64 bytes at a time: each byte, at the edges of such blocks, and behind the last whole one.
TEST(EncodingSniffer, MeetsControlCharactersWhereverTheyStand) {
  constexpr std::string_view kUsedInText = "\b\t\n\v\f\r\x1b";
  for (const std::size_t size : {1U, 63U, 64U, 65U, 128U, 150U}) {
    for (const std::size_t place : {std::size_t{0}, size / 2, size - 1}) {
      std::string text(size, 'a');
      for (unsigned byte = 0; byte < 256; ++byte) {
        text[place] = static_cast<char>(byte);
        const bool is_control =
            (byte < 0x20 && kUsedInText.find(text[place]) == std::string_view::npos) || byte == 0x7f;
        ASSERT_EQ(HasControls(text), is_control) << byte << " at " << place << " of " << size;
      }
    }
  }
}

TEST(EncodingSniffer, ForgivesACharacterThatTheHeadCutsOff) {
  const std::string cut = "L\xc3";
  EXPECT_EQ(SniffEncoding(cut, false), TextEncoding::kEightBit);
}

TEST(StructureSniffer, NamesTablesAndJson) {
  EXPECT_EQ(SniffStructure("a,b\n1,2\n", true), "text/csv");
  EXPECT_EQ(SniffStructure("a;b;c\r\n1;\"x;y\ny\";3\r\n4;5;6", true), "text/csv");
  EXPECT_EQ(SniffStructure("a\tb\n1\t2", true), "text/tab-separated-values");
  EXPECT_EQ(SniffStructure(" {\"a\": [1, 2, {\"b\": null}]} ", true), "application/json");
  EXPECT_EQ(SniffStructure("{\"a\":1}\n{\"a\":2}\n", true), "application/x-ndjson");
  EXPECT_EQ(SniffStructure("[1] a note\n", true), "");
  EXPECT_EQ(SniffStructure("one line, no table", true), "");
  EXPECT_EQ(SniffStructure("two fields, here\nnone here\n", true), "");
}

TEST(StructureSniffer, NamesJsonByItsBeginningWhereverTheHeadEnds) {
  const std::string_view json = R"({"name": "Léa", "tags": [true, null, -1.5e3]})";
  for (std::size_t size = 1; size < json.size(); ++size) {
    EXPECT_EQ(SniffStructure(json.substr(0, size), false), "application/json") << json.substr(0, size);
  }
  EXPECT_EQ(SniffStructure(json.substr(0, 20), true), "") << "a whole file that ends so is no JSON";
}

// Collects what the windows show and checks that every position has exactly one owner.
class Collector final : public ContentSink {
 public:
  void Take(const ContentBuffer& buffer) override {
    EXPECT_LE(buffer.text.size(), TextWindows::kWindowBytes + (std::size_t{128} << 10));
    owned.append(buffer.text.substr(buffer.fresh_begin, buffer.fresh_end - buffer.fresh_begin));
    ++windows;
  }
  std::string owned;
  int windows = 0;
};

TEST(TextWindows, ShowEveryByteOnceWhateverTheLines) {
  for (const auto* line : {"short line, with cells\n", "no line end but words ", "x"}) {
    std::string text;
    while (text.size() < 3'500'000) text += line;
    Collector collector;
    TextWindows windows("origin", collector);
    for (std::size_t i = 0; i < text.size(); i += 77'777) windows.Append(std::string_view(text).substr(i, 77'777));
    windows.Finish();
    EXPECT_GE(collector.windows, 3) << line;
    EXPECT_EQ(collector.owned, text) << line;
  }
}

class LargeText : public ContentTest {};

TEST_F(LargeText, CountsAreExactAcrossWindows) {
  constexpr int kRows = 100'000;  // about 4 MB: several windows
  const auto inspection = Inspect(CustomerCsv(kRows));
  EXPECT_EQ(Matches(inspection, "email_address"), static_cast<std::uint64_t>(kRows));
  EXPECT_EQ(Distinct(inspection, "email_address"), static_cast<std::uint64_t>(kRows));
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL);
}

TEST_F(LargeText, CountsAreExactInOneEndlessLine) {
  constexpr std::uint64_t kPeople = 100'000;
  std::string json = "[";
  for (std::uint64_t i = 0; i < kPeople; ++i) {
    json += (i == 0 ? "" : ",") + std::string(R"({"mail":"person)") + std::to_string(i) + R"(@example.com"})";
  }
  const auto inspection = Inspect(json + "]");
  EXPECT_EQ(inspection.media_type(), "application/json");
  EXPECT_EQ(Matches(inspection, "email_address"), kPeople);
  EXPECT_EQ(Distinct(inspection, "email_address"), kPeople);
}

}  // namespace
}  // namespace vigie::content
