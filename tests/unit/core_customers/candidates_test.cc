#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "core/customers/email_candidates.h"
#include "core/customers/iban_candidates.h"
#include "core/customers/key_candidates.h"
#include "core/customers/phone_candidates.h"

namespace vigie::customers {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using Found = std::vector<std::string>;

Found Emails(std::string_view text) {
  Found found;
  ForEachEmail(text, [&](std::string_view email) { found.emplace_back(email); });
  return found;
}

Found Phones(std::string_view text, const char* region = "FR") {
  Found found;
  ForEachPhone(text, *FindPhonePlan(region), [&](std::string_view phone) { found.emplace_back(phone); });
  return found;
}

Found Ibans(std::string_view text) {
  Found found;
  ForEachIban(text, [&](std::string_view iban) { found.emplace_back(iban); });
  return found;
}

Found Keys(std::string_view text, const KeyShape& shape) {
  Found found;
  KeyCandidates candidates(shape);
  const CellHasher hasher({}, {});
  TextTokens tokens(text, hasher);
  for (auto batch = tokens.Next(); !batch.empty(); batch = tokens.Next()) {
    // As if they came in two batches.
    const std::size_t half = batch.size() / 2;
    for (const auto part : {batch.first(half), batch.subspan(half)}) {
      std::vector<std::uint32_t> numbers;
      for (std::uint32_t i = 0; i < part.size(); ++i) {
        if (part[i].has_digit) numbers.push_back(i);
      }
      candidates.Add({text, part, numbers}, [&](std::string_view key) { found.emplace_back(key); });
    }
  }
  return found;
}

// Where 32 bytes stand on either side of the @ they are compared at once, elsewhere one after the other.
TEST(EmailCandidates, AreTheSameWithRoomAroundThemAsWithout) {
  constexpr std::array kPieces = std::to_array<std::string_view>(
      {"jean", "a", "1", ".", "-", "_", "%", "+", "'", "é", "=", "!", "@", "example.org", "verylongpartofanaddress"});
  std::mt19937 random(19);
  const std::string room(64, ' ');
  std::size_t found = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (auto left = 1 + random() % 9; left > 0; --left) text += kPieces[random() % kPieces.size()];
    text += "@" + std::string(kPieces[random() % kPieces.size()]) + (random() % 2 == 0 ? ".com" : "-");
    const auto roomy = Emails(room + text + room);
    ASSERT_EQ(Emails(text), roomy) << text;
    found += roomy.size();
  }
  EXPECT_GT(found, 10'000U);
}

TEST(EmailCandidates, AreFoundInWhateverSurroundsThem) {
  for (const char* text :
       {"jean@example.com", "<jean@example.com>", "('jean@example.com',", "\"jean@example.com\"",
        "mailto:jean@example.com?x", "a=jean@example.com&b", "Write to jean@example.com.", "_jean@example.com_",
        "-jean@example.com", "«jean@example.com»", "jean@example.com@example.org"}) {
    EXPECT_THAT(Emails(text), Contains("jean@example.com")) << text;
  }
}

TEST(EmailCandidates, KeepUnusualLocalParts) {
  EXPECT_THAT(Emails("to o'brien@example.com now"), Contains("o'brien@example.com"));
  EXPECT_THAT(Emails("VALUES('o'brien@example.com')"), Contains("o'brien@example.com"));
  EXPECT_THAT(Emails("zoë.ü@exämple.org;"), Contains("zoë.ü@exämple.org"));
  EXPECT_THAT(Emails("jean+tag@example.com"), Contains("jean+tag@example.com"));
}

TEST(EmailCandidates, NeedBothSides) {
  EXPECT_THAT(Emails("@ @x x@ @@ a@."), IsEmpty());
  EXPECT_THAT(Emails(""), IsEmpty());
  EXPECT_THAT(Emails("\x80@\xFF"), IsEmpty());
}

TEST(PhoneCandidates, AreFoundHoweverTheyAreWritten) {
  for (const char* text : {"0639981234", "06 39 98 12 34", "06.39.98.12.34", "06-39-98-12-34", "+33639981234",
                           "+33 6 39 98 12 34", "0033 6 39981234", "+33 (0)6 39 98 12 34", "(06) 39 98 12 34",
                           "33639981234", "639981234", "639981234.0", "06\u00A039\u00A098\u00A012\u00A034",
                           "tel:+33639981234", "x,0639981234,75001", "\"0639981234\"", "0639981234;1"}) {
    EXPECT_THAT(Phones(text), Contains("639981234")) << text;
  }
}

TEST(PhoneCandidates, AreFoundBetweenOtherNumbers) {
  for (const char* text : {"75001 06 39 98 12 34", "06 39 98 12 34 75001", "2026-11-22 0639981234",
                           "12 34 +33 6 39 98 12 34 56", "0199000001 0639981234"}) {
    EXPECT_THAT(Phones(text), Contains("639981234")) << text;
  }
}

TEST(PhoneCandidates, AreNotCutOutOfOtherNumbersAndWords) {
  for (const char* text :
       {"1234567890639981234", "ref0639981234", "0639981234x", "a_0639981234", "12345678900639981234"}) {
    EXPECT_THAT(Phones(text), Not(Contains("639981234"))) << text;
  }
  EXPECT_THAT(Phones("1234567, 12.50, 2026"), IsEmpty());
}

TEST(PhoneCandidates, FollowThePlanOfTheRegion) {
  EXPECT_THAT(Phones("02 123 45 67", "BE"), Contains("221234567"));
  EXPECT_THAT(Phones("(202) 555-0143", "US"), Contains("025550143"));
  EXPECT_THAT(Phones("+1 202 555 0143", "FR"), Contains("025550143"));
  EXPECT_THAT(Phones("06 39 98 12 34", ""), Contains("639981234"));
}

TEST(IbanCandidates, HaveRightCheckDigits) {
  EXPECT_THAT(Ibans("IBAN: fr76 3000 6000 0112 3456 7890 189."), ElementsAre("FR7630006000011234567890189"));
  EXPECT_THAT(Ibans("FR7630006000011234567890189,NL91ABNA0417164300"),
              ElementsAre("FR7630006000011234567890189", "NL91ABNA0417164300"));
  EXPECT_THAT(Ibans("FR76 3000 6000 0112 3456 7890 188"), IsEmpty());
  EXPECT_THAT(Ibans("xFR7630006000011234567890189"), IsEmpty());
  EXPECT_THAT(Ibans("FR76"), IsEmpty());
}

TEST(IbanCandidates, EndBeforeTheNextWord) {
  EXPECT_THAT(Ibans("GB29 NWBK 6016 1331 9268 19 BIC NWBKGB22"), ElementsAre("GB29NWBK60161331926819"));
}

// Digits are read eight at once where there is room for it behind them.
TEST(PhoneCandidates, AreTheSameWithRoomBehindThemAsWithout) {
  constexpr std::array kPieces =
      std::to_array<std::string_view>({"0", "6", "639980123", "06", "39", "98", "+33", "(0)", "00", " ", ".", "-", "/",
                                       ",", ":", "x", "_", "é", "\u00A0"});
  std::mt19937 random(29);
  const std::string room(16, ';');
  std::size_t found = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string text;
    for (auto left = 1 + random() % 9; left > 0; --left) text += kPieces[random() % kPieces.size()];
    const auto roomy = Phones(text + room);
    ASSERT_EQ(Phones(text), roomy) << text;
    found += roomy.size();
  }
  EXPECT_GT(found, 5'000U);
}

// A bracket may join two groups, so such a row is read as one of several.
TEST(PhoneCandidates, AreTheSameAloneAndInARowOfOneGroup) {
  std::mt19937 random(4);
  for (int round = 0; round < 20'000; ++round) {
    std::string number = random() % 4 == 0 ? "+" : "";
    if (random() % 3 == 0) number += random() % 2 == 0 ? "00" : "0";
    for (std::size_t digits = random() % 20 + 1; digits > 0; --digits) {
      number.push_back(static_cast<char>('0' + random() % 10));
    }
    for (const char* region : {"FR", "IT", "ES", ""}) {
      ASSERT_EQ(Phones(number + ")", region), Phones(number + ",", region)) << number << " in " << region;
      ASSERT_EQ(Phones(number + ")", region), Phones(number, region)) << number << " in " << region;
    }
  }
}

TEST(KeyCandidates, JoinTheirParts) {
  const KeyShape shape{.token_counts = 1U << 1 | 1U << 2, .min_bytes = 8, .max_bytes = 8};
  EXPECT_THAT(Keys("ref CUST-0001, cust0002;\"Cust/0003\" CUST:0004.", shape),
              ElementsAre("cust0001", "cust0002", "cust0003", "cust0004"));
  EXPECT_THAT(Keys("CUST -- 0001, CUST\n0001", shape), IsEmpty());
  EXPECT_THAT(Keys("CUST-0001", {.token_counts = 1U << 1, .min_bytes = 8, .max_bytes = 8}), IsEmpty());
}

// Keys of one word are read without a look at their neighbours: the same as where longer ones are possible, too.
TEST(KeyCandidates, OfOneWordAreTheSameBesideLongerOnes) {
  constexpr std::array kPieces = std::to_array<std::string_view>(
      {"CUST0001", "ABC12", "12345678", "1234", "É1234567", "lettersonly", "x1", " ", " ", ",", "-", "\n", "9", "k"});
  std::mt19937 random(23);
  std::size_t offered = 0;
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (auto left = random() % 40; left > 0; --left) text += kPieces[random() % kPieces.size()];
    const auto singles = Keys(text, {.token_counts = 1U << 1, .min_bytes = 5, .max_bytes = 9});
    const auto longer = Keys(text, {.token_counts = 1U << 3, .min_bytes = 5, .max_bytes = 9});
    auto expected = singles;
    expected.insert(expected.end(), longer.begin(), longer.end());
    ASSERT_THAT(Keys(text, {.token_counts = 1U << 1 | 1U << 3, .min_bytes = 5, .max_bytes = 9}),
                testing::UnorderedElementsAreArray(expected))
        << text;
    offered += singles.size();
  }
  EXPECT_GT(offered, 2'000U);
}

TEST(KeyCandidates, FindUuids) {
  const KeyShape shape{.token_counts = 1U << 5, .min_bytes = 32, .max_bytes = 32};
  EXPECT_THAT(Keys("x id 123e4567-e89b-12d3-a456-426614174000", shape),
              ElementsAre("123e4567e89b12d3a456426614174000"));
}

TEST(KeyCandidates, AreNoneWithoutKeys) {
  EXPECT_THAT(Keys("CUST-0001", {}), IsEmpty());
}

}  // namespace
}  // namespace vigie::customers
