#include "core/customers/normalise.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <tuple>
#include <vector>

namespace vigie::customers {
namespace {

const PhonePlan kFrance = *FindPhonePlan("FR");

std::string ValueOf(const base::Result<std::string>& result) {
  return result ? *result : "refused";
}

TEST(NormaliseEmail, ForgetsWhatTheMailboxTagsItselfWith) {
  EXPECT_EQ("jean@example.com", *NormaliseEmail("Jean+promo@Example.com"));
  EXPECT_EQ("jean@example.com", *NormaliseEmail("jean+a+b@example.com"));
  EXPECT_EQ("zoë@example.com", *NormaliseEmail("Zoë+été@example.com"));
  EXPECT_EQ("+33@example.com", *NormaliseEmail("+33@example.com"));
  std::array<char, kMaxEmailBytes> buffer{};
  for (const char* email : {"Jean+promo@Example.com", "a+b+c@x.org", "+33@example.com", "o'Brien@example.org"}) {
    EXPECT_EQ(*NormaliseEmail(email), *FoldAsciiEmail(email, buffer)) << email;
  }
  EXPECT_FALSE(FoldAsciiEmail("zoë@example.com", buffer));
}

TEST(NormaliseEmail, FoldsAsciiOfAnyLengthWithATagAtAnyPlace) {
  std::array<char, kMaxEmailBytes> buffer{};
  for (std::size_t size = 1; size < 40; ++size) {
    for (std::size_t tag = 0; tag < size; ++tag) {
      std::string local(size, 'Q');
      local[tag] = '+';
      const std::string email = local + "@EXAMPLE[z`{.COM";
      const std::string kept = tag == 0 ? "+" + std::string(size - 1, 'q') : std::string(tag, 'q');
      EXPECT_EQ(kept + "@example[z`{.com", *FoldAsciiEmail(email, buffer)) << email;
    }
    EXPECT_EQ(std::string(size, 'q') + "@example[z`{.com",
              *FoldAsciiEmail(std::string(size, 'Q') + "@EXAMPLE[z`{.COM", buffer));
    EXPECT_FALSE(FoldAsciiEmail(std::string(size, 'a') + "\xc3\xa9@example.com", buffer));
    EXPECT_FALSE(FoldAsciiEmail(std::string(size, 'a') + "@example.\xc3\xa9", buffer));
  }
}

TEST(Normalise, FoldsTheCaseOfEmails) {
  EXPECT_EQ("jean.dupont@example.com", ValueOf(NormaliseEmail(" Jean.DUPONT@Example.COM ")));
  EXPECT_EQ("élodie@example.org", ValueOf(NormaliseEmail("ÉLODIE@example.org")));
  EXPECT_EQ("élodie@example.org", ValueOf(NormaliseEmail("E\u0301LODIE@example.org")));
  EXPECT_EQ("jean@example.com", ValueOf(NormaliseEmail("mailto:jean@example.com")));
}

TEST(Normalise, RefusesWhatIsNoEmail) {
  for (const char* cell : {"", "jean", "@example.com", "jean@", "a@b@c", "jean dupont@example.com", "a@b,c"}) {
    EXPECT_EQ("refused", ValueOf(NormaliseEmail(cell))) << cell;
  }
  std::string endless(400, 'a');
  endless.append("@example.com");
  EXPECT_EQ("refused", ValueOf(NormaliseEmail(endless)));
  EXPECT_EQ("refused", ValueOf(NormaliseEmail("\xFF\xFE@example.com")));
}

TEST(Normalise, KnowsAPhoneNumberHoweverItIsWritten) {
  for (const char* cell : {"06 39 98 12 34", "+33.6.39.98.12.34", "0033639981234", "0639981234", "+33 (0)6 39 98 12 34",
                           "06-39-98-12-34", "(06) 39981234", "639981234", "33639981234", "tel:+33639981234"}) {
    EXPECT_EQ("639981234", ValueOf(NormalisePhone(cell, kFrance))) << cell;
  }
}

TEST(Normalise, GivesShortNationalNumbersTheirCountry) {
  const PhonePlan belgium = *FindPhonePlan("BE");
  EXPECT_EQ("221234567", ValueOf(NormalisePhone("02 123 45 67", belgium)));
  EXPECT_EQ("221234567", ValueOf(NormalisePhone("+32 2 123 45 67", belgium)));
  const PhonePlan norway = *FindPhonePlan("NO");
  EXPECT_EQ(ValueOf(NormalisePhone("+47 22 12 34 56", norway)), ValueOf(NormalisePhone("22 12 34 56", norway)));
}

TEST(Normalise, RefusesWhatIsNoPhoneNumber) {
  for (const char* cell : {"", "12", "call me", "06 39 98", "0639981234 ext 5", "12345678901234567890"}) {
    EXPECT_EQ("refused", ValueOf(NormalisePhone(cell, kFrance))) << cell;
  }
}

TEST(Normalise, ChecksIbans) {
  EXPECT_EQ("FR7630006000011234567890189", ValueOf(NormaliseIban("fr76 3000 6000 0112 3456 7890 189")));
  EXPECT_EQ("refused", ValueOf(NormaliseIban("FR76 3000 6000 0112 3456 7890 188")));
  EXPECT_EQ("refused", ValueOf(NormaliseIban("7630006000011234567890189")));
  EXPECT_EQ("refused", ValueOf(NormaliseIban("FR76")));
  EXPECT_EQ("refused", ValueOf(NormaliseIban("FR76/3000/6000/0112/3456")));
}

TEST(Normalise, JoinsThePartsOfAKey) {
  EXPECT_EQ("cust0001", ValueOf(NormaliseKey(" CUST-0001 ")));
  EXPECT_EQ("refused", ValueOf(NormaliseKey("--")));
  EXPECT_EQ("refused", ValueOf(NormaliseKey(std::string(80, 'k'))));
}

TEST(Normalise, IgnoresCaseAccentsAndOrderOfWords) {
  EXPECT_EQ("elodie gall le", ValueOf(NormaliseWords("Élodie LE GALL")));
  EXPECT_EQ("elodie gall le", ValueOf(NormaliseWords("Le Gall, Elodie")));
  EXPECT_EQ("jean pierre", ValueOf(NormaliseWords("Jean-Pierre")));
  EXPECT_EQ("refused", ValueOf(NormaliseWords(" - ")));
}

TEST(Normalise, KnowsLongCellsByTheirFirstSixWords) {
  EXPECT_EQ(ValueOf(NormaliseWords("a1 b1 c1 d1 e1 f1")), ValueOf(NormaliseWords("a1 b1 c1 d1 e1 f1 g1 h1")));
}

TEST(Normalise, CountsWordsAsPeopleDo) {
  EXPECT_EQ(1U, CountWords("Jean-Pierre"));
  EXPECT_EQ(1U, CountWords("O'Brien"));
  EXPECT_EQ(1U, CountWords("O\u2019Brien"));
  EXPECT_EQ(2U, CountWords("Marie Curie"));
  EXPECT_EQ(2U, CountWords("Curie,Marie"));
  EXPECT_EQ(0U, CountWords(" ' "));
}

TEST(Normalise, TellsDistinctiveKeysFromPlainOnes) {
  for (const char* key : {"cust0001", "c0001", "12345678", "a1b2c"}) EXPECT_TRUE(IsDistinctiveKey(key)) << key;
  for (const char* key : {"1", "42", "1234567", "c001", "monsieur", "abcdefghij"})
    EXPECT_FALSE(IsDistinctiveKey(key)) << key;
}

TEST(Normalise, IsIdempotent) {
  const std::vector<std::tuple<CellKind, std::string>> cells = {{CellKind::kEmail, "Zoë.Ünal@Example.org"},
                                                                {CellKind::kPhone, "+33 (0)6 39 98 12 34"},
                                                                {CellKind::kIban, "FR76 3000 6000 0112 3456 7890 189"},
                                                                {CellKind::kKey, "Kd/2024/0001"},
                                                                {CellKind::kName, "ŒUVRE Straße Łukasz Çelik"},
                                                                {CellKind::kText, "株式会社 ヴィジー 42"}};
  for (const auto& [kind, cell] : cells) {
    const std::string once = ValueOf(Normalise(kind, cell, kFrance));
    ASSERT_NE("refused", once);
    EXPECT_EQ(once, ValueOf(Normalise(kind, once, kFrance)));
  }
}

TEST(Normalise, FindsTheSamePhoneUnderRandomSeparators) {
  std::mt19937 random(3);
  const std::vector<std::string> separators = {"", " ", ".", "-", "/", "  ", "\u00A0"};
  for (int round = 0; round < 500; ++round) {
    const std::string digits = "063998" + std::to_string(1000 + random() % 9000);
    std::string written;
    for (const char digit : digits) written += std::string(1, digit) + separators[random() % separators.size()];
    EXPECT_EQ(digits.substr(1), ValueOf(NormalisePhone(written, kFrance)));
  }
}

TEST(Normalise, NeverSaysTheValueWhenItRefuses) {
  for (const auto& result :
       {NormaliseEmail("secret-cell"), NormalisePhone("secret-cell", kFrance), NormaliseIban("secret-cell")}) {
    ASSERT_FALSE(result);
    EXPECT_EQ(std::string::npos, result.error().message.find("secret"));
  }
}

}  // namespace
}  // namespace vigie::customers
