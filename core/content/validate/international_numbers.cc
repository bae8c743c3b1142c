#include "core/content/validate/international_numbers.h"

#include <algorithm>

#include "core/content/validate/ascii.h"
#include "core/content/validate/check_digits.h"
#include "core/content/validate/luhn.h"

namespace vigie::content {
namespace {

// ISO 3166-1 alpha-2, and XK as SWIFT uses it.
constexpr std::string_view kCountries =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA "
    "CC "
    "CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB "
    "GD "
    "GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG "
    "KH "
    "KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV "
    "MW "
    "MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB "
    "SC "
    "SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US "
    "UY "
    "UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK ";

bool IsCountry(std::string_view code) {
  for (std::size_t i = 0; i + 1 < kCountries.size(); i += 3) {
    if (kCountries.substr(i, 2) == code) return true;
  }
  return false;
}

}  // namespace

bool IsLei(std::string_view text) {
  if (text.size() != 20 || !IsDigits(text.substr(18), 2)) return false;
  const auto letters = std::ranges::count_if(text, IsUpper);
  return letters > 0 && letters < 18 && HasMod97Check(text);
}

bool IsBic(std::string_view text) {
  if (text.size() != 8 && text.size() != 11) return false;
  if (!std::ranges::all_of(text.substr(0, 6), IsUpper) || !IsCountry(text.substr(4, 2))) return false;
  const auto is_right = [](char c) { return IsDigit(c) || IsUpper(c); };
  if (!std::ranges::all_of(text.substr(6), is_right)) return false;
  return text[6] != '0' && text[6] != '1' && text[7] != 'O';
}

bool IsImei(std::string_view digits) {
  if (!IsDigits(digits, 15) || IsOneCharacter(digits) || !HasLuhnCheckDigit(digits)) return false;
  const auto body = NumberOf(digits.substr(0, 2));
  return body == 1 || body == 10 || body == 30 || body == 33 || body == 35 || (body >= 44 && body <= 54) ||
         body == 86 || body == 91 || body == 98 || body == 99;
}

}  // namespace vigie::content
