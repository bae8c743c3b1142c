#include "core/content/validate/american_numbers.h"

#include <array>
#include <span>

#include "core/content/validate/check_digits.h"
#include "core/content/validate/luhn.h"

namespace vigie::content {
namespace {

// Receita Federal: 11 − sum mod 11, and 0 for ten and eleven.
int BrazilianCheck(std::string_view digits, std::span<const int> weights) {
  const int rest = WeightedSum(digits, weights) % 11;
  return rest < 2 ? 0 : 11 - rest;
}

}  // namespace

bool IsSocialSecurityNumber(std::string_view digits) {
  if (!IsDigits(digits, 9) || digits.starts_with("000") || digits.starts_with("666") || digits[0] == '9') return false;
  if (digits.substr(3, 2) == "00" || digits.substr(5) == "0000" || IsOneCharacter(digits)) return false;
  // A wallet's sample card and an advertisement: SSA's history of misused numbers. The third is everybody's example.
  return digits != "078051120" && digits != "219099999" && digits != "123456789";
}

bool IsTaxpayerIdentification(std::string_view digits) {
  if (!IsDigits(digits, 9) || digits[0] != '9') return false;
  const auto group = NumberOf(digits.substr(3, 2));
  return (group >= 50 && group <= 65) || (group >= 70 && group <= 88) || (group >= 90 && group <= 92) || group >= 94;
}

bool IsSocialInsuranceNumber(std::string_view digits) {
  return IsDigits(digits, 9) && digits[0] != '0' && digits[0] != '8' && HasLuhnCheckDigit(digits);
}

bool IsBrazilianCpf(std::string_view digits) {
  constexpr std::array kFirst = {10, 9, 8, 7, 6, 5, 4, 3, 2};
  constexpr std::array kSecond = {11, 10, 9, 8, 7, 6, 5, 4, 3, 2};
  if (!IsDigits(digits, 11) || IsOneCharacter(digits)) return false;
  return BrazilianCheck(digits, kFirst) == DigitAt(digits, 9) && BrazilianCheck(digits, kSecond) == DigitAt(digits, 10);
}

bool IsBrazilianCnpj(std::string_view digits) {
  constexpr std::array kFirst = {5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2};
  constexpr std::array kSecond = {6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2};
  if (!IsDigits(digits, 14) || IsOneCharacter(digits)) return false;
  return BrazilianCheck(digits, kFirst) == DigitAt(digits, 12) &&
         BrazilianCheck(digits, kSecond) == DigitAt(digits, 13);
}

}  // namespace vigie::content
