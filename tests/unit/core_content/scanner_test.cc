// How the detectors work together: context, conflicts, tables, long rows of numbers, and the policy's own.
#include <algorithm>
#include <map>
#include <random>
#include <tuple>

#include "core/content/byte_masks.h"
#include "core/content/detector_table.h"
#include "core/content/digit_runs.h"
#include "core/content/validate/ascii.h"
#include "core/content/validate/named_check.h"
#include "core/content/word_chain.h"
#include "core/content/word_finder.h"
#include "core/identifiers/detector_classes.h"
#include "tests/unit/core_content/content_fixture.h"

namespace vigie::content {
namespace {

class ScannerTest : public ContentTest {
 protected:
  // The classes found, with their counts: "fr_siren 1, iban 2".
  std::string Classes(std::string_view text) {
    std::string classes;
    const auto inspection = Inspect(text);
    for (const auto& found : inspection.classes()) {
      classes += (classes.empty() ? "" : ", ") + found.class_() + " " + std::to_string(found.matches());
    }
    return classes;
  }
  v1::Confidence ConfidenceIn(std::string_view text) {
    const auto inspection = Inspect(text);
    return inspection.classes_size() == 1 ? inspection.classes(0).confidence() : v1::CONFIDENCE_UNSPECIFIED;
  }
};

TEST(DetectorTable, HasAFileForEachClassOfTheProductAndNoOther) {
  std::vector<std::string_view> names;
  for (const auto* detector : DetectorTable()) names.push_back(detector->name());
  std::vector<std::string_view> classes(identifiers::DetectorClasses().begin(), identifiers::DetectorClasses().end());
  std::ranges::sort(names);
  std::ranges::sort(classes);
  EXPECT_EQ(names, classes);
}

TEST(NamedChecks, AreAllKnown) {
  const std::map<std::string_view, std::string_view> good = {
      {"luhn", "79927398713"}, {"mod97", "79444"},   {"mod11_10", "794623"},
      {"mod11_2", "079X"},     {"verhoeff", "2363"}, {"iban", "DE89370400440532013000"}};
  for (const auto check : identifiers::NamedChecks()) {
    ASSERT_TRUE(good.contains(check)) << check;
    EXPECT_TRUE(PassesNamedCheck(check, good.at(check))) << check;
    EXPECT_FALSE(PassesNamedCheck(check, "")) << check;
  }
  EXPECT_FALSE(PassesNamedCheck("no_such_check", "79927398713"));
}

TEST_F(ScannerTest, TheNearestLabelDecidesWhatANumberIs) {
  // 529841983 is valid as SIREN, Portuguese NIF and social security number.
  EXPECT_EQ(Classes("529841983"), "");
  EXPECT_EQ(Classes("SIREN 529841983"), "fr_siren 1");
  EXPECT_EQ(Classes("SSN: 529841983"), "us_ssn 1");
  EXPECT_EQ(Classes("NIF 529841983"), "pt_nif 1");
  EXPECT_EQ(Classes("the SSN is not what follows but the SIREN 529841983"), "fr_siren 1");
  EXPECT_EQ(Classes("SIREN 529841983, NIF pending"), "fr_siren 1");
}

TEST_F(ScannerTest, AStrictProofNeedsNoLabelAndIsNotOverruledByOne) {
  EXPECT_EQ(Classes("tel DE89370400440532013000"), "iban 1");
  EXPECT_EQ(Classes("SIREN DE89 3704 0044 0532 0130 00"), "iban 1");
}

TEST_F(ScannerTest, ContextReachesAHundredBytesAndNoFurther) {
  const std::string near(90, '.');
  EXPECT_EQ(Classes("siren " + near + " 529841983"), "fr_siren 1");
  EXPECT_EQ(Classes("529841983 " + near + " siren"), "fr_siren 1");
  EXPECT_EQ(Classes("siren " + near + near + " 529841983"), "");
}

TEST_F(ScannerTest, ALabelIsAWordAndNoPieceOfOne) {
  EXPECT_EQ(Classes("sirene 529841983"), "fr_siren 1") << "a label of its own";
  EXPECT_EQ(Classes("missiren 529841983"), "");
  EXPECT_EQ(Classes("client_siren=529841983"), "fr_siren 1");
}

TEST_F(ScannerTest, TheHeaderOfATableSpeaksForAllItsRows) {
  std::string csv = "name;pesel\n";
  for (int i = 0; i < 200; ++i) csv += "Jan Kowalski;44051401359\n";
  EXPECT_EQ(Classes(csv), "pl_pesel 200");
  EXPECT_EQ(Classes("name;order\nJan Kowalski;44051401359\n"), "");
}

TEST_F(ScannerTest, ConfidenceGrowsWithProofAndContext) {
  EXPECT_EQ(ConfidenceIn("06 39 98 01 23"), v1::CONFIDENCE_LOW);
  EXPECT_EQ(ConfidenceIn("tel 06 39 98 01 23"), v1::CONFIDENCE_MEDIUM);
  EXPECT_EQ(ConfidenceIn("DE89370400440532013000"), v1::CONFIDENCE_HIGH);
  EXPECT_EQ(ConfidenceIn("card 4111111111111111"), v1::CONFIDENCE_HIGH);
}

TEST_F(ScannerTest, ReadsRowsOfNumbersOfAnyLength) {
  std::string row;
  for (int i = 0; i < 1000; ++i) row += "4111 1111 1111 1111 ";
  EXPECT_EQ(Classes(row), "payment_card 1000");
  std::string phones;
  for (int i = 0; i < 1000; ++i) phones += "06 39 98 01 23 ";
  EXPECT_EQ(Classes(phones), "phone_number 1000");
}

TEST_F(ScannerTest, NumbersOfOtherPlansCountBesideAWordForTelephone) {
  EXPECT_EQ(Classes("phone (202) 555-0143"), "phone_number 1");
  EXPECT_EQ(Classes("Telefon: 030 1234567"), "phone_number 1");
  EXPECT_EQ(Classes("mobile 07700 900123"), "phone_number 1");
  EXPECT_EQ(Classes("(202) 555-0143"), "");
  EXPECT_EQ(Classes("030 1234567"), "");
}

TEST_F(ScannerTest, SmallLettersNeedALabel) {
  EXPECT_EQ(Classes("12345678Z"), "es_nif 1");
  EXPECT_EQ(Classes("12345678z"), "");
  EXPECT_EQ(Classes("dni 12345678z"), "es_nif 1");
}

v1::UserDetector StaffNumber() {
  v1::UserDetector detector;
  detector.set_id("staff_number");
  detector.set_pattern("P-[0-9]{4,10}");
  return detector;
}

std::uint64_t MatchesOf(const v1::UserDetector& definition, std::string_view text) {
  ContentEngine::UserDetectors detectors;
  *detectors.Add() = definition;
  const auto engine = ContentEngine::Create(detectors);
  if (!engine) return 999;
  MemorySource source(text);
  const ManualClock clock;
  const auto inspection = InspectContent(source, {.budget = {}, .indexes = {}}, **engine, clock);
  for (const auto& found : inspection.classes()) {
    if (found.class_() == definition.id()) return found.matches();
  }
  return 0;
}

TEST(UserDetector, FindsWholeWordsInTheirLongestReading) {
  EXPECT_EQ(MatchesOf(StaffNumber(), "P-12345678 and P-99999"), 2U);
  EXPECT_EQ(MatchesOf(StaffNumber(), "XP-12345678"), 0U);
  EXPECT_EQ(MatchesOf(StaffNumber(), "P-123456789012"), 0U) << "a piece of a longer number";
  EXPECT_EQ(MatchesOf(StaffNumber(), "p-12345678"), 0U);
  auto any_case = StaffNumber();
  any_case.set_ignore_case(true);
  EXPECT_EQ(MatchesOf(any_case, "p-12345678"), 1U);
}

TEST(UserDetector, KeepsToItsCheckItsContextAndItsThreshold) {
  auto checked = StaffNumber();
  checked.set_pattern("[0-9]{11}");
  checked.set_check("luhn");
  EXPECT_EQ(MatchesOf(checked, "79927398713 79927398710"), 1U);
  auto labelled = StaffNumber();
  labelled.add_context("badge*");
  labelled.set_context_required(true);
  EXPECT_EQ(MatchesOf(labelled, "P-12345678"), 0U);
  EXPECT_EQ(MatchesOf(labelled, "Badges: P-12345678"), 1U);
  auto many = StaffNumber();
  many.set_at_least(2);
  EXPECT_EQ(MatchesOf(many, "P-12345678 P-12345678"), 0U);
  EXPECT_EQ(MatchesOf(many, "P-12345678 P-12345679"), 2U);
}

TEST(PatternScanner, FindsAddressesByTheirSignAtTheEdgesOfAText) {
  const auto scanner = PatternScanner::Compile(DetectorTable());
  ASSERT_TRUE(scanner);
  const auto count = [&](std::string_view text) { return (*scanner)->Scan(text).size(); };
  EXPECT_EQ(count("a@b.fr"), 1U);
  EXPECT_EQ(count("a@b.fr;c@d.fr c@d.fr"), 3U);
  for (const std::string_view none : {"@", "a@", "@b", "@b.fr", "a@@b.fr", ".@b.fr", "a@-b.fr", "a@b.png"}) {
    EXPECT_EQ(count(none), 0U) << none;
  }
}

// In the middle of a text addresses are read from masks, at its edges byte by byte.
TEST(PatternScanner, ReadsAddressesAlikeInTheMiddleOfATextAndAtItsEdges) {
  constexpr std::array kPieces =
      std::to_array<std::string_view>({"a", "Z9", ".", ".", "-", "_", "+", "'", "@", "@", "com", "xn--p1ai", "png", " ",
                                       ",", "example", "é", "=", "0123456789abcdefghij"});
  const auto scanner = PatternScanner::Compile(DetectorTable());
  ASSERT_TRUE(scanner);
  const std::string around(64, ' ');
  std::mt19937 random(8);
  std::size_t found = 0;
  for (int round = 0; round < 30'000; ++round) {
    std::string text;
    for (auto left = random() % 5; left > 0; --left) text += kPieces[random() % kPieces.size()];
    text += "a@b";
    for (auto left = random() % 5; left > 0; --left) text += kPieces[random() % kPieces.size()];
    if (round % 2 == 0) text += ".org";
    const auto places = [&](std::string_view of, std::size_t offset) {
      std::vector<std::pair<std::size_t, std::size_t>> matches;
      for (const auto& match : (*scanner)->Scan(of))
        matches.emplace_back(match.match.begin - offset, match.match.end - offset);
      return matches;
    };
    const auto alone = places(text, 0);
    ASSERT_EQ(places(around + text + around, around.size()), alone) << text;
    found += alone.size();
  }
  EXPECT_GT(found, 1000U);
}

TEST(DigitRuns, VisitsEachPlaceWhereANumberMayBegin) {
  std::vector<std::size_t> places;
  std::string text(60, 'x');
  text.append("12345").append(70, 'y').append("a1 b2 c:3: 9");
  ForEachDigitRun(text, [&](std::size_t place) {
    places.push_back(place);
    return place + 1;
  });
  EXPECT_EQ(places, (std::vector<std::size_t>{60, 136, 139, 143}));
}

TEST(DigitRuns, TellsDigitsFromAllOtherBytes) {
  for (int byte = 0; byte < 256; ++byte) {
    std::string block(64, static_cast<char>(byte));
    const bool is_digit = byte >= '0' && byte <= '9';
    EXPECT_EQ(DigitMask(block.data()), is_digit ? ~std::uint64_t{0} : 0) << byte;
    block.assign(64, '5');
    block[17] = static_cast<char>(byte);
    EXPECT_EQ(DigitMask(block.data()), is_digit ? ~std::uint64_t{0} : ~(std::uint64_t{1} << 17)) << byte;
  }
}

TEST(ByteMasks, AreTheSameWithoutVectors) {
  std::mt19937 random(31);
  for (int round = 0; round < 20'000; ++round) {
    std::array<char, kMaskedBytes> bytes{};
    const bool is_text = round % 2 == 0;
    std::ranges::generate(bytes, [&] { return static_cast<char>(is_text ? 0x20 + random() % 0x60 : random()); });
    ASSERT_EQ(MasksOf(bytes.data()), PortableMasksOf(bytes.data()));
    ASSERT_EQ(LetterMasksOf(bytes.data()), PortableLetterMasksOf(bytes.data()));
    ASSERT_EQ(AddressMasksOf(bytes.data()), PortableAddressMasksOf(bytes.data()));
    ASSERT_EQ(DigitMask(bytes.data()), PortableDigitMask(bytes.data()));
  }
}

constexpr std::array kSoughtWords = std::to_array<std::string_view>(
    {"tel", "téléphone", "tél", "id no", "id", "né le", "#1", "x", "α.μ", "telephone", "a.b", "établissement"});

using PlacesOfWords = std::vector<std::tuple<std::size_t, std::size_t>>;

// Byte by byte, as WordFinder is described.
PlacesOfWords PlacesReadSlowly(std::string_view text, std::size_t from) {
  const auto lower = [](std::string_view word) {
    std::string small(word);
    std::ranges::transform(small, small.begin(), ToLower);
    return small;
  };
  PlacesOfWords places;
  for (auto begin = from; begin < text.size(); ++begin) {
    const bool behind_letter =
        begin > 0 && (IsLetter(text[begin - 1]) || static_cast<signed char>(text[begin - 1]) < 0);
    for (std::size_t word = 0; word < kSoughtWords.size(); ++word) {
      if (behind_letter && IsLetter(kSoughtWords[word][0])) continue;
      if (lower(text.substr(begin, kSoughtWords[word].size())) == kSoughtWords[word]) places.emplace_back(begin, word);
    }
  }
  return places;
}

TEST(WordFinder, FindsWhatReadingByteByByteFinds) {
  constexpr std::array kPieces = std::to_array<std::string_view>(
      {"tel", "Tél", "ID", " no", "né le", "#1", "x", "α.μ", "ephone", "éphone", " ", ".", "Établissement",
       "établissement", "A.b", "\xc3", "1", "iD NO", "the quarterly report of the region "});
  const WordFinder finder(kSoughtWords);
  std::mt19937 random(5);
  std::size_t found = 0;
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (auto left = random() % 300; left > 0; --left) text += kPieces[random() % kPieces.size()];
    const auto from = text.empty() ? 0 : random() % text.size();
    PlacesOfWords places;
    finder.Find(text, from, [&](std::size_t word, std::size_t begin) { places.emplace_back(begin, word); });
    std::ranges::sort(places);
    ASSERT_EQ(places, PlacesReadSlowly(text, from)) << text;
    found += places.size();
  }
  EXPECT_GT(found, 10'000U);
}

TEST(WordChain, HoldsWordsThatSingleSeparatorsJoin) {
  WordChain chain;
  const std::string_view text = "no AB 12\u00a034.56-C and more";
  chain.Reset(text);
  EXPECT_EQ(chain.Read(text.find('1')), text.find(" and"));
  std::string joined;
  for (const auto& word : chain.words()) {
    if (word.separator != 0) joined += word.separator;
    joined += text.substr(word.begin, word.length());
  }
  EXPECT_EQ(joined, "AB 12 34.56-C");
}

}  // namespace
}  // namespace vigie::content
