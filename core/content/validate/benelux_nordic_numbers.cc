#include "core/content/validate/benelux_nordic_numbers.h"

#include <array>
#include <string>

#include "core/content/validate/ascii.h"
#include "core/content/validate/calendar.h"
#include "core/content/validate/check_digits.h"
#include "core/content/validate/luhn.h"

namespace vigie::content {
namespace {

int Pair(std::string_view digits, std::size_t begin) {
  return DigitAt(digits, begin) * 10 + DigitAt(digits, begin + 1);
}

// 11 − sum mod 11, where 11 counts as 0; 10 fits no digit.
bool HasMod11Check(std::string_view digits, std::span<const int> weights) {
  const int check = (11 - WeightedSum(digits, weights) % 11) % 11;
  return check == DigitAt(digits, weights.size());
}

}  // namespace

bool IsBelgianNational(std::string_view digits) {
  if (!IsDigits(digits, 11)) return false;
  const auto first = NumberOf(digits.substr(0, 9));
  const auto check = NumberOf(digits.substr(9));
  const int month = Pair(digits, 2) % 20;
  if (Pair(digits, 2) > 52 || digits.substr(6, 3) == "000") return false;
  const auto born = [&](int century) { return IsBirthDate({century + Pair(digits, 0), month, Pair(digits, 4)}); };
  if (check == 97 - first % 97) return born(1900);
  return check == 97 - (2'000'000'000 + first) % 97 && born(2000);
}

bool IsBelgianVat(std::string_view text) {
  const auto digits = text.starts_with("BE") ? text.substr(2) : text;
  if (!IsDigits(digits, 10) || digits[0] > '1' || digits.starts_with("00")) return false;
  return NumberOf(digits.substr(8)) == 97 - NumberOf(digits.substr(0, 8)) % 97;
}

bool IsDutchBsn(std::string_view digits) {
  constexpr std::array kWeights = {9, 8, 7, 6, 5, 4, 3, 2, -1};
  if (!IsDigits(digits, 9) && !IsDigits(digits, 8)) return false;
  if (IsOneCharacter(digits)) return false;
  return WeightedSum(digits, std::span(kWeights).subspan(9 - digits.size())) % 11 == 0;
}

bool IsSwedishPersonalNumber(std::string_view digits) {
  if (IsDigits(digits, 12)) {
    if (!digits.starts_with("19") && !digits.starts_with("20")) return false;
    digits.remove_prefix(2);
  }
  if (!IsDigits(digits, 10) || !HasLuhnCheckDigit(digits)) return false;
  const int day = Pair(digits, 4) > 60 ? Pair(digits, 4) - 60 : Pair(digits, 4);
  return IsBirthDateOfSomeCentury(Pair(digits, 0), Pair(digits, 2), day);
}

bool IsFinnishHetu(std::string_view text) {
  constexpr std::string_view kCharacters = "0123456789ABCDEFHJKLMNPRSTUVWXY";
  constexpr std::string_view kCenturySigns = "ABCDEFUVWXY";
  if (text.size() == 11) {
    if (kCenturySigns.find(text[6]) == std::string_view::npos) return false;
  } else if (text.size() != 10) {
    return false;
  }
  const auto order = text.substr(text.size() - 4, 3);
  if (!IsDigits(text.substr(0, 6), 6) || !IsDigits(order, 3) || NumberOf(order) < 2) return false;
  if (!IsBirthDateOfSomeCentury(Pair(text, 4), Pair(text, 2), Pair(text, 0))) return false;
  const auto number = NumberOf(text.substr(0, 6)) * 1000 + NumberOf(order);
  return kCharacters[static_cast<std::size_t>(number % 31)] == text.back();
}

bool IsDanishCpr(std::string_view digits) {
  if (!IsDigits(digits, 10) || digits.substr(6) == "0000") return false;
  return IsBirthDateOfSomeCentury(Pair(digits, 4), Pair(digits, 2), Pair(digits, 0));
}

bool IsNorwegianNumber(std::string_view digits) {
  constexpr std::array kFirst = {3, 7, 6, 1, 8, 9, 4, 5, 2};
  constexpr std::array kSecond = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
  if (!IsDigits(digits, 11)) return false;
  const int day = Pair(digits, 0) > 40 ? Pair(digits, 0) - 40 : Pair(digits, 0);
  if (!IsBirthDateOfSomeCentury(Pair(digits, 4), Pair(digits, 2), day)) return false;
  return HasMod11Check(digits, kFirst) && HasMod11Check(digits, kSecond);
}

}  // namespace vigie::content
