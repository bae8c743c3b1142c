#include "core/content/validate/asia_pacific_numbers.h"

#include <algorithm>
#include <array>

#include "core/content/validate/ascii.h"
#include "core/content/validate/calendar.h"
#include "core/content/validate/check_digits.h"
#include "core/content/validate/luhn.h"

namespace vigie::content {
namespace {

int Pair(std::string_view digits, std::size_t begin) {
  return DigitAt(digits, begin) * 10 + DigitAt(digits, begin + 1);
}

struct NricSeries {
  char first;
  int offset;
  std::string_view letters;  // by sum mod 11
};

constexpr std::array kNricSeries = {NricSeries{'S', 0, "JZIHGFEDCBA"}, NricSeries{'T', 4, "JZIHGFEDCBA"},
                                    NricSeries{'F', 0, "XWUTRQPNMLK"}, NricSeries{'G', 4, "XWUTRQPNMLK"},
                                    NricSeries{'M', 3, "XWUTRQPNJLK"}};

}  // namespace

bool IsAustralianTfn(std::string_view digits) {
  constexpr std::array kWeights = {1, 4, 3, 7, 5, 8, 6, 9, 10};
  return IsDigits(digits, 9) && !IsOneCharacter(digits) && WeightedSum(digits, kWeights) % 11 == 0;
}

bool IsAustralianMedicare(std::string_view digits) {
  constexpr std::array kWeights = {1, 3, 7, 9, 1, 3, 7, 9};
  if (!IsDigits(digits, 10) && !IsDigits(digits, 11)) return false;
  if (digits[0] < '2' || digits[0] > '6' || digits[9] == '0') return false;
  return WeightedSum(digits, kWeights) % 10 == DigitAt(digits, 8);
}

bool IsAustralianAbn(std::string_view digits) {
  constexpr std::array kWeights = {10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19};
  if (!IsDigits(digits, 11) || digits[0] == '0') return false;
  return (WeightedSum(digits, kWeights) - kWeights[0]) % 89 == 0;
}

bool IsAadhaar(std::string_view digits) {
  return IsDigits(digits, 12) && digits[0] >= '2' && !IsOneCharacter(digits) && HasVerhoeffCheck(digits);
}

bool IsIndianPan(std::string_view text) {
  if (text.size() != 10 || !IsDigits(text.substr(5, 4), 4) || text.substr(5, 4) == "0000") return false;
  if (!std::ranges::all_of(text.substr(0, 5), IsUpper) || !IsUpper(text[9])) return false;
  return std::string_view("ABCFGHJLPT").find(text[3]) != std::string_view::npos;
}

bool IsSingaporeNric(std::string_view text) {
  constexpr std::array kWeights = {2, 7, 6, 5, 4, 3, 2};
  if (text.size() != 9 || !IsDigits(text.substr(1, 7), 7)) return false;
  const auto series = std::ranges::find(kNricSeries, text[0], &NricSeries::first);
  if (series == kNricSeries.end()) return false;
  const int sum = WeightedSum(text.substr(1), kWeights) + series->offset;
  return series->letters[static_cast<std::size_t>(sum % 11)] == text[8];
}

bool IsKoreanRrn(std::string_view digits) {
  constexpr std::array kWeights = {2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5};
  if (!IsDigits(digits, 13) || digits[6] == '0' || digits[6] == '9') return false;
  const bool is_later = digits[6] == '3' || digits[6] == '4' || digits[6] == '7' || digits[6] == '8';
  if (!IsBirthDate({(is_later ? 2000 : 1900) + Pair(digits, 0), Pair(digits, 2), Pair(digits, 4)})) return false;
  return (11 - WeightedSum(digits, kWeights) % 11) % 10 == DigitAt(digits, 12);
}

bool IsSouthAfricanId(std::string_view digits) {
  if (!IsDigits(digits, 13) || digits[10] > '2' || !HasLuhnCheckDigit(digits)) return false;
  return IsBirthDateOfSomeCentury(Pair(digits, 0), Pair(digits, 2), Pair(digits, 4));
}

}  // namespace vigie::content
