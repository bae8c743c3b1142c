// Each number's rule against examples that its authority, the standard or python-stdnum publishes, and against every
// change of one digit where the rule promises to notice it.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/content/validate/american_numbers.h"
#include "core/content/validate/ascii.h"
#include "core/content/validate/asia_pacific_numbers.h"
#include "core/content/validate/benelux_nordic_numbers.h"
#include "core/content/validate/british_irish_numbers.h"
#include "core/content/validate/calendar.h"
#include "core/content/validate/check_digits.h"
#include "core/content/validate/eastern_numbers.h"
#include "core/content/validate/french_numbers.h"
#include "core/content/validate/german_alpine_numbers.h"
#include "core/content/validate/international_numbers.h"
#include "core/content/validate/ip_address_grammar.h"
#include "core/content/validate/secret_grammar.h"
#include "core/content/validate/southern_numbers.h"

namespace vigie::content {
namespace {

struct Rule {
  const char* name;
  bool (*is_valid)(std::string_view);
  std::vector<const char*> good;
  std::vector<const char*> bad;
  bool notices_every_digit = false;
};

const std::vector<Rule> kRules = {
    {"fr_nir", IsFrenchNir, {"255081416802538", "295109912611193"}, {"255081416802537", "955081416802538"}},
    {"fr_siren", IsSiren, {"732829320", "552008443"}, {"732829321", "000000000"}, true},
    {"fr_siret", IsSiret, {"73282932000074", "35600000000048"}, {"73282932000075", "73282932100074"}},
    {"fr_vat", IsFrenchVat, {"FR40303265045", "FR83404833048"}, {"FR84404833048", "DE40303265045"}},
    {"fr_passport", IsFrenchPassport, {"09AB12345"}, {"09AI12345", "0AAB12345"}},
    {"uk_nhs", IsNhsNumber, {"9434765870"}, {"9434765871", "1111111111"}, true},
    {"uk_nino", IsNationalInsuranceNumber, {"AB123456C"}, {"DA123456C", "AO123456C", "GB123456A", "AB123456E"}},
    {"ie_pps", IsIrishPps, {"1234567T", "1234567FA"}, {"1234567A", "1234567FB"}},
    {"us_ssn",
     IsSocialSecurityNumber,
     {"536904399"},
     {"000121234", "666121234", "900121234", "123001234", "078051120"}},
    {"us_itin", IsTaxpayerIdentification, {"912903456"}, {"912663456", "812903456"}},
    {"ca_sin", IsSocialInsuranceNumber, {"123456782", "130692544"}, {"123456789", "046454286"}, true},
    {"br_cpf", IsBrazilianCpf, {"39053344705", "11144477735"}, {"23100299900", "11111111111"}},
    {"br_cnpj", IsBrazilianCnpj, {"16727230000197"}, {"16727230000198"}, true},
    {"de_tax_id", IsGermanTaxId, {"36574261809"}, {"36574261890", "36554266806", "12220345674"}},
    {"de_id_card", IsGermanIdCard, {"T220001293", "T22000129"}, {"T220001294", "A220001293", "1220001293"}},
    {"at_vat", IsAustrianVat, {"ATU13585627"}, {"ATU13585626", "ATX13585627"}},
    {"ch_avs", IsSwissAvs, {"7569217076985"}, {"7569217076984", "7619217076985"}, true},
    {"es_nif", IsSpanishNif, {"54362315K", "12345678Z"}, {"54362315Z", "X4362315K"}},
    {"es_nie", IsSpanishNie, {"X2482300W", "X1234567L"}, {"X2482300A", "W2482300W"}},
    {"pt_nif", IsPortugueseNif, {"501964843"}, {"501964842", "401964843"}},
    {"it_fiscal_code",
     IsItalianFiscalCode,
     {"RCCMNL83S18D969H", "RSSMRA85T10A562S"},
     {"RCCMNL83S18D967H", "RCCMNL83S92D969H"}},
    {"it_vat", IsItalianVat, {"00743110157", "IT00743110157"}, {"00743110158", "00000000000"}},
    {"gr_amka", IsGreekAmka, {"01013099997"}, {"01013099999", "32013099997"}, true},
    {"be_national", IsBelgianNational, {"85073003328"}, {"85073003329", "85133003328"}, true},
    {"be_vat", IsBelgianVat, {"0403019261", "BE0428759497"}, {"0431150351", "2403019261"}, false},
    {"nl_bsn", IsDutchBsn, {"111222333", "123456782"}, {"111252333", "111111111"}, true},
    {"se_personnummer", IsSwedishPersonalNumber, {"8803200016", "198803200016"}, {"8803200018", "8813200016"}, true},
    {"fi_hetu", IsFinnishHetu, {"131052308T", "131052A308T"}, {"131052308U", "131352308T", "131052308"}},
    {"dk_cpr", IsDanishCpr, {"2110625629"}, {"5110625629", "2113625629"}},
    {"no_fodselsnummer", IsNorwegianNumber, {"15108695088"}, {"15108695077", "55138695088"}, true},
    {"pl_pesel", IsPolishPesel, {"44051401359", "02070803628"}, {"44051401358", "44131401359"}, true},
    {"cz_rodne_cislo", IsCzechBirthNumber, {"7103192745", "491224123"}, {"7103192746", "1103492745"}},
    {"ro_cnp", IsRomanianCnp, {"1630615123457", "1800101221144"}, {"1630615123458", "0800101221142"}},
    {"bg_egn", IsBulgarianEgn, {"6101057509", "7501020018"}, {"7552A10004", "8019010008"}},
    {"hr_oib", IsCroatianOib, {"33392005961"}, {"33392005962"}, true},
    {"tr_identity", IsTurkishIdentity, {"17291716060"}, {"17291716050", "07291716092"}, true},
    {"au_tfn", IsAustralianTfn, {"123456782"}, {"999999999", "123456783"}, true},
    {"au_medicare", IsAustralianMedicare, {"2123456701", "21234567011"}, {"2123456711", "1123456701"}},
    {"au_abn", IsAustralianAbn, {"83914571673", "51824753556"}, {"99999999999"}, true},
    {"in_aadhaar", IsAadhaar, {"234123412346"}, {"123412341234", "234123412347"}, true},
    {"in_pan", IsIndianPan, {"ACUPA7085R"}, {"ACUDA7085R", "ACUPA0000R"}},
    {"sg_nric", IsSingaporeNric, {"S1234567D", "T1234567J", "F1234567N", "G1234567X"}, {"S1234567A", "A1234567D"}},
    {"kr_rrn", IsKoreanRrn, {"9710131019901"}, {"9710131019909", "9713131019909"}},
    {"za_id", IsSouthAfricanId, {"7503305044089", "8001015009087"}, {"8503305044089", "7503305044389"}},
    {"lei", IsLei, {"213800KUD8LAJWSQ9D15", "5493001KJTIIGC8Y1R12"}, {"213800KUD8LXJWSQ9D15"}},
    {"swift_bic", IsBic, {"DEUTDEFF", "BNPAFRPPXXX"}, {"DEUTQQFF", "DEUTDEF", "DEUTDEFF5"}},
    {"imei", IsImei, {"490154203237518", "356938035643809"}, {"490154203237517", "000000000000000"}, true},
    {"ipv4",
     IsIpv4Address,
     {"192.0.2.1", "10.0.0.0"},
     {"192.0.2.256", "192.0.2", "192.0.02.1", "127.0.0.1", "1.2.3.4."}},
    {"ipv6",
     IsIpv6Address,
     {"2001:db8::1", "fe80::1:2", "::ffff:192.0.2.1", "1:2:3:4:5:6:7:8"},
     {"::", "::1", "1:2:3", ":::1", "1::2::3"}},
};

TEST(NumberValidators, AcceptPublishedExamples) {
  for (const auto& rule : kRules) {
    for (const auto* number : rule.good) EXPECT_TRUE(rule.is_valid(number)) << rule.name << " " << number;
  }
}

TEST(NumberValidators, RefuseWhatIsNoneAndAnyOtherLength) {
  for (const auto& rule : kRules) {
    for (const auto* number : rule.bad) EXPECT_FALSE(rule.is_valid(number)) << rule.name << " " << number;
    for (const auto* number :
         {"", "1", "A", "12345678901234567890123456789012345678901", "ZZZZZZZZZZZZZZZZZZZZZZ", "!"}) {
      EXPECT_FALSE(rule.is_valid(number)) << rule.name << " " << number;
    }
  }
}

TEST(NumberValidators, NoticeEveryChangedDigit) {
  for (const auto& rule : kRules) {
    if (!rule.notices_every_digit) continue;
    const std::string good = rule.good.front();
    for (std::size_t place = 0; place < good.size(); ++place) {
      for (char digit = '0'; digit <= '9'; ++digit) {
        auto changed = good;
        changed[place] = digit;
        EXPECT_EQ(rule.is_valid(changed), changed == good) << rule.name << " " << changed;
      }
    }
  }
}

TEST(CheckDigits, KeepToTheStandardsExamples) {
  EXPECT_TRUE(HasVerhoeffCheck("2363"));
  EXPECT_FALSE(HasVerhoeffCheck("2364"));
  EXPECT_TRUE(HasMod112Check("079X"));
  EXPECT_FALSE(HasMod112Check("0790"));
  EXPECT_TRUE(HasMod1110Check("794623"));
  EXPECT_FALSE(HasMod1110Check("794624"));
  EXPECT_TRUE(HasMod97Check("794" + std::string("44")));
  EXPECT_FALSE(HasMod97Check("79445"));
}

TEST(Calendar, KnowsLeapYears) {
  EXPECT_TRUE(IsDate({2000, 2, 29}));
  EXPECT_FALSE(IsDate({1900, 2, 29}));
  EXPECT_FALSE(IsDate({2001, 2, 29}));
  EXPECT_TRUE(IsBirthDateOfSomeCentury(0, 2, 29));
  EXPECT_FALSE(IsBirthDate({1899, 12, 31}));
}

TEST(SecretGrammar, TellsSecretsFromNamesAndPlaceholders) {
  for (const auto* secret : {"vK7#qLp2!xWz", "9f2c7b1e4d8a6053bb17", "h4Tr-92kLmW_q"})
    EXPECT_TRUE(IsLikelySecret(secret)) << secret;
  for (const auto* other :
       {"", "short1", "configpassword", "your_api_key_here", "aaaaaaaa1", "$DB_PASSWORD1", "f(x1)=2345678"}) {
    EXPECT_FALSE(IsLikelySecret(other)) << other;
  }
}

TEST(IpAddressGrammar, ExpandsAllSpellingsToOne) {
  EXPECT_EQ(ExpandIpv6("2001:DB8::1"), "2001:0db8:0000:0000:0000:0000:0000:0001");
  EXPECT_EQ(ExpandIpv6("2001:db8:0:0:0:0:0:1"), ExpandIpv6("2001:db8::0001"));
}

}  // namespace
}  // namespace vigie::content
