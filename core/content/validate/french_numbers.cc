#include "core/content/validate/french_numbers.h"

#include "core/content/validate/ascii.h"
#include "core/content/validate/check_digits.h"
#include "core/content/validate/luhn.h"

namespace vigie::content {
namespace {

bool IsNirMonth(int month) {
  return (month >= 1 && month <= 12) || month == 20 || (month >= 30 && month <= 42) || month >= 50;
}

}  // namespace

bool IsFrenchNir(std::string_view text) {
  constexpr std::size_t kLength = 15;
  if (text.size() != kLength || !IsDigits(text.substr(0, 6), 6) || !IsDigits(text.substr(7), 8)) return false;
  const char department = text[6];
  if (!IsDigit(department) && (text[5] != '2' || (department != 'A' && department != 'B'))) return false;
  const bool is_sex = (text[0] >= '1' && text[0] <= '4') || text[0] == '7' || text[0] == '8';
  if (!is_sex || !IsNirMonth(static_cast<int>(NumberOf(text.substr(3, 2))))) return false;
  if (text.substr(5, 2) == "00" || text.substr(7, 3) == "000" || text.substr(10, 3) == "000") return false;
  // INSEE: for the key 2A counts as 19 and 2B as 18.
  const long long in_corsica = department == 'A' ? 19 : 18;
  const long long place = IsDigit(department) ? NumberOf(text.substr(5, 2)) : in_corsica;
  const long long number = (NumberOf(text.substr(0, 5)) * 100 + place) * 1'000'000 + NumberOf(text.substr(7, 6));
  return NumberOf(text.substr(13)) == 97 - number % 97;
}

bool IsSiren(std::string_view digits) {
  return IsDigits(digits, 9) && !IsOneCharacter(digits) && HasLuhnCheckDigit(digits);
}

bool IsSiret(std::string_view digits) {
  if (!IsDigits(digits, 14) || !IsSiren(digits.substr(0, 9))) return false;
  if (HasLuhnCheckDigit(digits)) return true;
  int sum = 0;
  for (const char c : digits) sum += c - '0';
  return digits.starts_with("356000000") && sum % 5 == 0;
}

bool IsFrenchVat(std::string_view text) {
  if (text.size() != 13 || !text.starts_with("FR") || !IsSiren(text.substr(4))) return false;
  const auto key = text.substr(2, 2);
  if (IsDigits(key, 2)) return NumberOf(key) == (12 + 3 * (NumberOf(text.substr(4)) % 97)) % 97;
  return IsAlphanumeric(key[0]) && IsAlphanumeric(key[1]) && key.find_first_of("IO") == std::string_view::npos;
}

bool IsFrenchPassport(std::string_view text) {
  if (text.size() != 9 || !IsDigits(text.substr(0, 2), 2) || !IsDigits(text.substr(4), 5)) return false;
  const auto series = text.substr(2, 2);
  return IsUpper(series[0]) && IsUpper(series[1]) && series.find_first_of("IO") == std::string_view::npos;
}

}  // namespace vigie::content
