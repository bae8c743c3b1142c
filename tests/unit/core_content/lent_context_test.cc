// A class that had its context lends it to its next values: also behind the cuts of a text that is inspected in pieces.
#include <algorithm>
#include <random>
#include <tuple>

#include "core/content/detector_table.h"
#include "core/content/extract/text_windows.h"
#include "core/content/pattern_scanner.h"
#include "tests/unit/core_content/content_fixture.h"

namespace vigie::content {
namespace {

constexpr std::string_view kRow = "Jan Kowalski;44051401359\n";  // a PESEL needs context

std::string Table(std::string_view header, std::size_t rows) {
  std::string table(header);
  while (rows-- > 0) table += kRow;
  return table;
}
constexpr std::size_t kManyRows = 3 * TextWindows::kWindowBytes / kRow.size();

class LentContextTest : public ContentTest {};

TEST_F(LentContextTest, TheHeaderOfALargeTableSpeaksForAllItsRows) {
  const auto inspection = Inspect(Table("name;pesel\n", kManyRows));
  EXPECT_EQ(Matches(inspection, "pl_pesel"), kManyRows);
  EXPECT_EQ(Distinct(inspection, "pl_pesel"), 1U);
  EXPECT_EQ(Matches(Inspect(Table("name;order\n", kManyRows)), "pl_pesel"), 0U);
}

TEST_F(LentContextTest, TheFirstCellOfALongLineSpeaksForAllOthers) {
  std::string line = "pesel";
  std::size_t values = 0;
  for (; line.size() < 3 * TextWindows::kWindowBytes; ++values) line += ";44051401359";
  EXPECT_EQ(Matches(Inspect(line), "pl_pesel"), values);
}

TEST_F(LentContextTest, NothingIsLentOverAGapOfManyWindows) {
  std::string text = Table("name;pesel\n", 10);
  while (text.size() < 2 * TextWindows::kWindowBytes) text += "the quarterly report of the region\n";
  EXPECT_EQ(Matches(Inspect(Table(text, 10)), "pl_pesel"), 10U);
}

TEST_F(LentContextTest, NothingIsLentToTheNextText) {
  EXPECT_EQ(Matches(Inspect(Table("name;pesel\n", kManyRows)), "pl_pesel"), kManyRows);
  EXPECT_EQ(Matches(Inspect(Table("name;order\n", 5)), "pl_pesel"), 0U);
}

// Lines of values with and without words beside them, some further apart than context is lent. Words stand behind
// values of earlier lines further than they reach, for what follows a cut is not looked at before it.
std::string RandomLines(std::mt19937& random) {
  constexpr std::array kLines =
      std::to_array<std::string_view>({"44051401359\n", "Jan;44051401359;529841983\n", "529841983;x\n",
                                       "a@example.com;44051401359\n", "0639980123;529841983\n"});
  constexpr std::array kWords = std::to_array<std::string_view>({"pesel", "SIREN", "NIF", "tel"});
  std::string text;
  for (auto stretches = random() % 40; stretches > 0; --stretches) {
    if (random() % 2 == 0)
      text.append(110 + random() % 200, '.').append(1, '\n').append(kWords[random() % kWords.size()]);
    text += ' ';
    for (auto lines = random() % 60; lines > 0; --lines) text += kLines[random() % kLines.size()];
  }
  return text;
}

using Places = std::vector<std::tuple<std::size_t, std::size_t, std::size_t>>;

void AddOwned(PatternScanner& scanner, const ContentBuffer& buffer, std::size_t offset, Places& places) {
  for (const auto& [detector, match, distance] : scanner.Scan(buffer)) {
    if (buffer.Owns(match.begin)) places.emplace_back(match.begin + offset, match.end + offset, detector);
  }
}

// Where a line begins, at `position` or before.
std::size_t LineBegin(std::string_view text, std::size_t position) {
  return position == 0 ? 0 : text.rfind('\n', position - 1) + 1;
}

// As TextWindows cuts, but in much smaller pieces.
Places PlacesInPieces(PatternScanner& scanner, std::string_view text, std::mt19937& random) {
  Places places;
  LentContext lent;
  std::size_t fresh = 0;
  while (fresh < text.size()) {
    const auto wanted = std::min(text.size(), fresh + 1 + random() % 3000);
    const auto line_end = text.find('\n', wanted - 1);
    const auto end = line_end == std::string_view::npos ? text.size() : line_end + 1;
    const auto begin = LineBegin(text, fresh - std::min(fresh, TextWindows::kContextBytes));
    const auto piece = text.substr(begin, end - begin);
    AddOwned(scanner, {piece, {}, fresh - begin, piece.size(), end < text.size(), &lent}, begin, places);
    fresh = end;
  }
  return places;
}

TEST(PatternScanner, FindsInPiecesWhatItFindsInTheWhole) {
  const auto scanner = PatternScanner::Compile(DetectorTable());
  ASSERT_TRUE(scanner);
  std::mt19937 random(21);
  std::size_t found = 0;
  for (int round = 0; round < 300; ++round) {
    const auto text = RandomLines(random);
    Places whole;
    AddOwned(**scanner, {text, {}, 0, text.size()}, 0, whole);
    ASSERT_EQ(PlacesInPieces(**scanner, text, random), whole) << text;
    found += whole.size();
  }
  EXPECT_GT(found, 10'000U);
}

}  // namespace
}  // namespace vigie::content
