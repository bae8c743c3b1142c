#include "core/content/validate/eastern_numbers.h"

#include <array>

#include "core/content/validate/calendar.h"
#include "core/content/validate/check_digits.h"

namespace vigie::content {
namespace {

int Pair(std::string_view digits, std::size_t begin) {
  return DigitAt(digits, begin) * 10 + DigitAt(digits, begin + 1);
}

// Two digits each of year, month and day, the month `century_step` higher for those born since 2000.
bool IsBirthDateWithCentury(std::string_view digits, int century_step) {
  const bool is_later = Pair(digits, 2) > century_step;
  const int month = Pair(digits, 2) - (is_later ? century_step : 0);
  return IsBirthDate({(is_later ? 2000 : 1900) + Pair(digits, 0), month, Pair(digits, 4)});
}

int CzechMonth(int month) {
  if (month > 70) return month - 70;
  if (month > 50) return month - 50;
  return month > 20 ? month - 20 : month;
}

}  // namespace

bool IsPolishPesel(std::string_view digits) {
  constexpr std::array kWeights = {1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1};
  return IsDigits(digits, 11) && IsBirthDateWithCentury(digits, 20) && WeightedSum(digits, kWeights) % 10 == 0;
}

bool IsCzechBirthNumber(std::string_view digits) {
  const bool is_old = IsDigits(digits, 9);
  if (!is_old && !IsDigits(digits, 10)) return false;
  const int year = Pair(digits, 0);
  const int month = CzechMonth(Pair(digits, 2));
  constexpr int kFirstWithCheck = 54;
  if (is_old) return year < kFirstWithCheck && IsBirthDate({1900 + year, month, Pair(digits, 4)});
  if (!IsBirthDate({(year < kFirstWithCheck ? 2000 : 1900) + year, month, Pair(digits, 4)})) return false;
  // Until 1985 a remainder of ten was written as 0.
  const auto rest = NumberOf(digits.substr(0, 9)) % 11;
  return rest % 10 == DigitAt(digits, 9);
}

bool IsRomanianCnp(std::string_view digits) {
  constexpr std::array kWeights = {2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9};
  if (!IsDigits(digits, 13) || digits[0] == '0' || digits[0] == '9') return false;
  const int county = Pair(digits, 7);
  const bool is_county = (county >= 1 && county <= 48) || county == 51 || county == 52 || county == 70;
  if (!is_county || digits.substr(9, 3) == "000") return false;
  if (!IsBirthDateOfSomeCentury(Pair(digits, 1), Pair(digits, 3), Pair(digits, 5))) return false;
  const int rest = WeightedSum(digits, kWeights) % 11;
  return (rest == 10 ? 1 : rest) == DigitAt(digits, 12);
}

bool IsBulgarianEgn(std::string_view digits) {
  constexpr std::array kWeights = {2, 4, 8, 5, 10, 9, 7, 3, 6};
  if (!IsDigits(digits, 10) || !IsBirthDateWithCentury(digits, 40)) return false;
  return WeightedSum(digits, kWeights) % 11 % 10 == DigitAt(digits, 9);
}

bool IsCroatianOib(std::string_view digits) {
  return IsDigits(digits, 11) && HasMod1110Check(digits);
}

bool IsTurkishIdentity(std::string_view digits) {
  constexpr std::array kWeights = {7, -1, 7, -1, 7, -1, 7, -1, 7};
  constexpr std::array kOnes = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  if (!IsDigits(digits, 11) || digits[0] == '0') return false;
  const int tenth = (WeightedSum(digits, kWeights) % 10 + 10) % 10;
  return tenth == DigitAt(digits, 9) && WeightedSum(digits, kOnes) % 10 == DigitAt(digits, 10);
}

}  // namespace vigie::content
