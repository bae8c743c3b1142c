// Small files that would make a library work for hours or keep gigabytes: they end with a reason, and what stands
// beside is found.
#include <zlib.h>

#include "tests/unit/core_content/archive_writing.h"
#include "tests/unit/core_content/content_fixture.h"
#include "tests/unit/core_content_text/sqlite_writing.h"

namespace vigie::content {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

class SmallBombsTest : public ContentTest {
 protected:
  static std::string Repeated(std::string_view text, std::size_t times) {
    std::string all;
    all.reserve(text.size() * times);
    for (std::size_t i = 0; i < times; ++i) all.append(text);
    return all;
  }
};

const std::string kPage = "<!DOCTYPE html><html><body><p>first@example.com</p>";

TEST_F(SmallBombsTest, AnHtmlTagOfManyAttributesIsNotComparedWithItself) {
  std::string page = kPage + "<a ";
  for (int i = 0; i < 200'000; ++i) page += "a" + std::to_string(i) + " ";
  const auto inspection = Inspect(page + "><p>last@example.com</p>");
  EXPECT_THAT(Reasons(inspection), ElementsAre(v1::REASON_UNSUPPORTED));
  EXPECT_EQ(Distinct(inspection, "email_address"), 2U);
}

TEST_F(SmallBombsTest, HtmlElementsInsideEachOtherWithoutEndAreReadAsText) {
  const auto page = kPage + Repeated("<div>", 100'000) + Repeated("</x>", 100'000) + " last@example.com";
  const auto inspection = Inspect(page);
  EXPECT_THAT(Reasons(inspection), ElementsAre(v1::REASON_UNSUPPORTED));
  EXPECT_EQ(Distinct(inspection, "email_address"), 2U);
  EXPECT_EQ(Inspect(kPage + Repeated("<div>", 1000) + Repeated("</div>", 1000)).evaluated(), v1::EVALUATED_FULL);
}

TEST_F(SmallBombsTest, AnHtmlAttributeOfManyMebibytesIsNotKept) {
  const auto pictures = kPage + "<img src='data:image/png;base64," + std::string(2 << 20, 'A') + "'>";
  EXPECT_EQ(Inspect(pictures + "<p>last@example.com</p>").evaluated(), v1::EVALUATED_FULL);
  const auto inspection = Inspect(kPage + "<img src='" + std::string(12 << 20, 'A') + " last@example.com '>");
  EXPECT_THAT(Reasons(inspection), ElementsAre(v1::REASON_UNSUPPORTED));
  EXPECT_EQ(Distinct(inspection, "email_address"), 2U);
}

TEST_F(SmallBombsTest, ColumnsThatADatabaseWouldComputeAreNotComputed) {
  const auto inspection = Inspect(
      MakeDatabase("CREATE TABLE t (mail TEXT, big TEXT AS (printf('%.*c', 6000000, 'x')), kept TEXT AS (lower(mail)) "
                   "STORED, twice TEXT AS (printf('%.*c', 6000000, 'x')));"
                   "INSERT INTO t (mail) VALUES ('ONE@EXAMPLE.COM');"));
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL);
  EXPECT_EQ(Matches(inspection, "email_address"), 2U) << "of the stored columns";
  budget_.set_bytes(1 << 20);
  EXPECT_EQ(Inspect(MakeDatabase("CREATE TABLE t (a, big AS (printf('%.*c', 6000000, 'x')));"
                                 "INSERT INTO t VALUES (1);"))
                .evaluated(),
            v1::EVALUATED_FULL)
      << "nothing of it was paid for";
}

TEST_F(SmallBombsTest, TheStatementsOfADatabaseAreInspected) {
  const auto inspection =
      Inspect(MakeDatabase("CREATE TABLE t (a /* one@example.com */, b DEFAULT 'two@example.com');"
                           "CREATE VIEW v AS SELECT 'three@example.com' AS mail;"));
  EXPECT_EQ(Distinct(inspection, "email_address"), 3U);
}

TEST_F(SmallBombsTest, AnEntryWhoseNameIsHundredsOfMebibytesEndsAsTooLarge) {
  const std::string zeros = "00000000";
  const auto header = "07070100000001000081a4" + Repeated(zeros, 4) + zeros + Repeated(zeros, 4) + "20000000" + zeros;
  const auto inspection = Inspect(MakeGzip(header + std::string(130 << 20, 'a')));
  EXPECT_THAT(Reasons(inspection), Contains(v1::REASON_TOO_LARGE));
  EXPECT_NE(inspection.evaluated(), v1::EVALUATED_FULL);
}

TEST_F(SmallBombsTest, ATextWithoutAnyGapIsNotSearchedForOneAgainAndAgain) {
  const auto inspection = Inspect(Repeated("ghp_" + std::string(36, 'a'), 50'000) + "; last@example.com");
  EXPECT_EQ(inspection.evaluated(), v1::EVALUATED_FULL);
  EXPECT_EQ(Distinct(inspection, "email_address"), 1U);
}

std::string Number(std::size_t value, std::size_t width) {
  std::string bytes;
  for (std::size_t i = 0; i < width; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
  return bytes;
}

TEST_F(SmallBombsTest, ADirectoryOfLongNamesEndsAsTooLarge) {
  const auto local = "PK\x03\x04" + Number(20, 4) + std::string(18, '\0') + Number(1, 2) + Number(0, 2) + "a";
  constexpr std::size_t kNameBytes = 65'000;
  constexpr std::size_t kEntries = 500;
  const auto entry = "PK\x01\x02" + Number(20, 2) + Number(20, 2) + std::string(20, '\0') + Number(kNameBytes, 2) +
                     std::string(16, '\0') + std::string(kNameBytes, 'n');
  const auto directory = Repeated(entry, kEntries);
  const auto end = "PK\x05\x06" + Number(0, 4) + Number(kEntries, 2) + Number(kEntries, 2) +
                   Number(directory.size(), 4) + Number(local.size(), 4) + Number(0, 2);
  const auto inspection = Inspect(local + directory + end);
  EXPECT_EQ(inspection.media_type(), "application/zip");
  EXPECT_THAT(Reasons(inspection), Contains(v1::REASON_TOO_LARGE));
}

std::string PngChunk(const std::string& type, const std::string& data) {
  std::string chunk;
  for (int shift = 24; shift >= 0; shift -= 8) chunk.push_back(static_cast<char>(data.size() >> shift));
  return chunk + type + data + "sum.";
}

TEST_F(SmallBombsTest, TextThatAPictureUnpacksIsPaidFor) {
  const std::string text(3 << 20, 'x');
  std::string packed(compressBound(text.size()), '\0');
  auto size = static_cast<uLongf>(packed.size());
  ASSERT_EQ(compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(text.data()),
                     text.size()),
            Z_OK);
  packed.resize(size);
  using namespace std::string_literals;
  const auto chunk = PngChunk("zTXt", "Comment\0\0"s + packed);
  const auto picture = "\x89PNG\r\n\x1a\n"s + Repeated(chunk, 10);
  budget_.set_bytes(8 << 20);
  EXPECT_THAT(Reasons(Inspect(picture)), Contains(v1::REASON_TOO_LARGE));
  budget_.set_bytes(512 << 20);
  EXPECT_THAT(Reasons(Inspect(picture)), ElementsAre(v1::REASON_UNSUPPORTED));
}

TEST_F(SmallBombsTest, APreambleOrAnEpilogueOfAMailEndsWithTheTime) {
  const std::string header = "From: a@example.com\nTo: b@example.com\nContent-Type: multipart/mixed; boundary=b\n\n";
  std::string lines;
  for (int i = 0; i < 100'000; ++i) lines += "person" + std::to_string(i) + "@example.com\n";
  budget_.set_milliseconds(2000);
  for (const auto& mail : {header + lines, header + "--b\n\nbody\n--b--\n" + lines}) {
    clock_.StepEachTime(std::chrono::milliseconds(1));
    const auto inspection = Inspect(mail);
    clock_.StepEachTime({});
    EXPECT_THAT(Reasons(inspection), Contains(v1::REASON_TIMED_OUT));
    EXPECT_LT(Distinct(inspection, "email_address"), 10'000U);
  }
}

}  // namespace
}  // namespace vigie::content
