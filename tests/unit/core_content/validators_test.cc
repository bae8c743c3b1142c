#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include "core/content/validate/ascii.h"
#include "core/content/validate/card_plan.h"
#include "core/content/validate/email_grammar.h"
#include "core/content/validate/luhn.h"
#include "core/content/validate/phone_plan.h"
#include "core/identifiers/iban.h"

namespace vigie::content {
namespace {

using identifiers::IbanCountries;
using identifiers::IbanLength;
using identifiers::IsIban;

TEST(Luhn, AcceptsThePublishedExamples) {
  for (const auto* digits : {"79927398713", "4111111111111111", "378282246310005", "0"}) {
    EXPECT_TRUE(HasLuhnCheckDigit(digits)) << digits;
  }
}

TEST(Luhn, RefusesWrongDigitsAndWhatIsNoNumber) {
  for (const auto* digits : {"79927398710", "4111111111111112", "", "4111 1111", "41a1"}) {
    EXPECT_FALSE(HasLuhnCheckDigit(digits)) << digits;
  }
}

TEST(Luhn, NoticesEveryChangedDigit) {
  const std::string good = "5555555555554444";
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto bad = good;
    bad[i] = static_cast<char>('0' + (bad[i] - '0' + 1) % 10);
    EXPECT_FALSE(HasLuhnCheckDigit(bad)) << bad;
  }
}

TEST(Iban, AcceptsTheRegistrysExamples) {
  for (const auto* iban :
       {"FR1420041010050500013M02606", "DE89370400440532013000", "GB29NWBK60161331926819", "ES9121000418450200051332",
        "IT60X0542811101000000123456", "NL91ABNA0417164300", "BE68539007547034", "CH9300762011623852957",
        "NO9386011117947", "MT84MALT011000012345MTLCAST001S", "SA0380000000608010167519",
        "BR1800360305000010009795493C1"}) {
    EXPECT_TRUE(IsIban(iban)) << iban;
  }
}

TEST(Iban, RefusesWrongLengthsDigitsAndCountries) {
  for (const auto* iban : {"", "F", "FR", "DE8937040044053201300", "DE88370400440532013000", "XX89370400440532013000",
                           "de89370400440532013000", "DEA9370400440532013000", "DE893704004405320130 0"}) {
    EXPECT_FALSE(IsIban(iban)) << iban;
  }
}

TEST(Iban, CountriesAreSortedAndPlausible) {
  std::string_view previous;
  for (const auto& country : IbanCountries()) {
    EXPECT_LT(previous, country.code);
    EXPECT_GE(country.length, 15U) << country.code;
    EXPECT_LE(country.length, 34U) << country.code;
    EXPECT_EQ(IbanLength(country.code), country.length);
    previous = country.code;
  }
}

TEST(CardPlan, KnowsEachNetworksRange) {
  for (const auto* digits :
       {"4111111111111111", "5105105105105100", "2221000000000009", "2720990000000007", "378282246310005",
        "6011111111111117", "3530111333300000", "30569309025904", "6200000000000005", "6759649826438453"}) {
    EXPECT_TRUE(IsIssuedCardRange(digits)) << digits;
  }
  for (const auto* digits :
       {"2220990000000000", "2721000000000000", "37828224631000", "1234567890123456", "41111", ""}) {
    EXPECT_FALSE(IsIssuedCardRange(digits)) << digits;
  }
}

TEST(PhonePlan, SplitsInternationalNumbers) {
  const auto french = ParseInternational("33639980123");
  ASSERT_TRUE(french);
  EXPECT_EQ(french->country_code, "33");
  EXPECT_EQ(french->national, "639980123");
  EXPECT_TRUE(ParseInternational("12025550143"));
  EXPECT_TRUE(ParseInternational("442079460018"));
  EXPECT_TRUE(ParseInternational("390612345678")) << "Italy keeps the 0";
}

TEST(PhonePlan, RefusesWhatNoPlanAllows) {
  for (const auto* digits : {"3363998012", "336399801234", "33039980123", "11005550143", "12021550143", "999123456789",
                             "21", "", "3363998x123", "3510123456789"}) {
    EXPECT_FALSE(ParseInternational(digits)) << digits;
  }
}

TEST(PhonePlan, KnowsTheFrenchPlan) {
  EXPECT_TRUE(ParseFrench("0639980123"));
  for (const auto* digits : {"0039980123", "063998012", "06399801234", "1639980123", "06399801a3"}) {
    EXPECT_FALSE(ParseFrench(digits)) << digits;
  }
}

TEST(EmailGrammar, JudgesLocalParts) {
  for (const auto* good : {"ann", "ann.martin", "_x", "o'neil+tag", "A-b_c.9"}) EXPECT_TRUE(IsLocalPart(good)) << good;
  for (const auto* bad : {"", ".ann", "ann.", "an..n", "an n", "-ann"}) EXPECT_FALSE(IsLocalPart(bad)) << bad;
  EXPECT_TRUE(IsLocalPart(std::string(64, 'a')));
  EXPECT_FALSE(IsLocalPart(std::string(65, 'a')));
}

// The grammar as one would write it down first.
bool IsPlainLocalPart(std::string_view text) {
  if (text.empty() || text.size() > 64 || (!IsAlphanumeric(text.front()) && text.front() != '_')) return false;
  if (text.back() == '.' || text.find("..") != std::string_view::npos) return false;
  return text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+-'") ==
         std::string_view::npos;
}

bool IsPlainDomain(std::string_view text) {
  std::vector<std::string> labels(1);
  for (const char c : text) c == '.' ? (void)labels.emplace_back() : labels.back().push_back(c);
  for (const auto& label : labels) {
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    if (!std::ranges::all_of(label, [](char c) { return IsAlphanumeric(c) || c == '-'; })) return false;
  }
  auto last = labels.back();
  std::ranges::transform(last, last.begin(), ToLower);
  constexpr std::array kFileTypes = {"bmp",  "conf", "css", "csv", "gif", "html", "ico", "jpeg", "jpg", "js",
                                     "json", "log",  "pdf", "png", "svg", "tgz",  "txt", "webp", "xml"};
  if (text.size() > 255 || labels.size() < 2) return false;
  if (last.starts_with("xn--")) return true;
  return last.size() >= 2 && std::ranges::all_of(last, IsLetter) &&
         std::ranges::find(kFileTypes, last) == kFileTypes.end();
}

TEST(EmailGrammar, AgreesWithItsPlainReading) {
  constexpr std::string_view kBytes = "abXZ09..--__+'@ \xc3\xa9";
  std::mt19937 random(3);
  const auto written = [&](std::size_t most) {
    std::string text;
    for (auto size = random() % most; size > 0; --size) text.push_back(kBytes[random() % kBytes.size()]);
    return text;
  };
  for (int round = 0; round < 200'000; ++round) {
    const auto text = written(random() % 50 == 0 ? 90 : 8);
    ASSERT_EQ(IsPlainLocalPart(text), IsLocalPart(text)) << text;
    ASSERT_EQ(IsPlainDomain(text), IsMailDomain(text)) << text;
    const auto domain = written(6) + "." + (random() % 2 == 0 ? "com" : random() % 2 == 0 ? "Xml" : "xn--b");
    ASSERT_EQ(IsPlainDomain(domain), IsMailDomain(domain)) << domain;
  }
}

TEST(EmailGrammar, JudgesDomains) {
  for (const auto* good : {"example.com", "a.b.example.co.uk", "x-1.example.xn--p1ai"})
    EXPECT_TRUE(IsMailDomain(good)) << good;
  for (const auto* bad : {"", "example", "example.", ".com", "-a.com", "a-.com", "a..com", "a.c", "2x.png", "1.2.3"}) {
    EXPECT_FALSE(IsMailDomain(bad)) << bad;
  }
  std::string long_label(64, 'a');
  EXPECT_FALSE(IsMailDomain(long_label.append(".com")));
}

}  // namespace
}  // namespace vigie::content
