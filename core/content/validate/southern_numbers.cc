#include "core/content/validate/southern_numbers.h"

#include <array>
#include <string>

#include "core/content/validate/ascii.h"
#include "core/content/validate/byte_set.h"
#include "core/content/validate/calendar.h"
#include "core/content/validate/check_digits.h"
#include "core/content/validate/luhn.h"

namespace vigie::content {
namespace {

constexpr std::string_view kSpanishLetters = "TRWAGMYFPDXBNJZSQVHLCKE";

bool HasSpanishLetter(long long number, char letter) {
  return kSpanishLetters[static_cast<std::size_t>(number % 23)] == letter;
}

// D.M. 23 dicembre 1976, annex: values of characters in odd places, A to Z; a digit counts as the letter of its value.
constexpr std::array kOddValues = {1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                   20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};

bool HasFiscalCheckLetter(std::string_view text) {
  int sum = 0;
  for (std::size_t i = 0; i < 15; ++i) {
    const int value = IsDigit(text[i]) ? text[i] - '0' : text[i] - 'A';
    sum += i % 2 == 0 ? kOddValues[static_cast<std::size_t>(value)] : value;
  }
  return text[15] == 'A' + sum % 26;
}

// Omocodia: L to V stand for 0 to 9.
char UndoOmocodia(char c) {
  const auto place = std::string_view("LMNPQRSTUV").find(c);
  return place == std::string_view::npos ? c : static_cast<char>('0' + place);
}

bool HasFiscalShape(std::string_view text, std::string& digits) {
  constexpr std::string_view kShape = "AAAAAA##A##A###A";
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const char c = kShape[i] == '#' ? UndoOmocodia(text[i]) : text[i];
    if (kShape[i] == '#' ? !IsDigit(c) : !IsUpper(c)) return false;
    if (kShape[i] == '#') digits.push_back(c);
  }
  return true;
}

}  // namespace

bool IsSpanishNif(std::string_view text) {
  if (text.size() != 9 || !IsDigits(text.substr(1, 7), 7)) return false;
  if (IsDigit(text[0])) return HasSpanishLetter(NumberOf(text.substr(0, 8)), text[8]);
  const bool is_special = text[0] == 'K' || text[0] == 'L' || text[0] == 'M';
  return is_special && HasSpanishLetter(NumberOf(text.substr(1, 7)), text[8]);
}

bool IsSpanishNie(std::string_view text) {
  if (text.size() != 9 || text[0] < 'X' || text[0] > 'Z' || !IsDigits(text.substr(1, 7), 7)) return false;
  return HasSpanishLetter((text[0] - 'X') * 10'000'000LL + NumberOf(text.substr(1, 7)), text[8]);
}

bool IsPortugueseNif(std::string_view digits) {
  constexpr std::array kWeights = {9, 8, 7, 6, 5, 4, 3, 2};
  static constexpr ByteSet kFirst("1235689");
  if (!IsDigits(digits, 9) || !kFirst.Has(digits[0])) return false;
  const int check = 11 - WeightedSum(digits, kWeights) % 11;
  return (check > 9 ? 0 : check) == DigitAt(digits, 8);
}

bool IsItalianFiscalCode(std::string_view text) {
  constexpr std::string_view kMonths = "ABCDEHLMPRST";
  std::string digits;
  if (text.size() != 16 || !HasFiscalShape(text, digits)) return false;
  const auto day = NumberOf(std::string_view(digits).substr(2, 2)) % 40;  // women's days count from 41
  const auto month = kMonths.find(text[8]);
  if (month == std::string_view::npos || !IsDate({2000, static_cast<int>(month) + 1, static_cast<int>(day)}))
    return false;
  return HasFiscalCheckLetter(text);
}

bool IsItalianVat(std::string_view text) {
  const auto digits = text.starts_with("IT") ? text.substr(2) : text;
  if (!IsDigits(digits, 11) || digits.starts_with("0000000")) return false;
  const auto office = NumberOf(digits.substr(7, 3));
  const bool is_office = (office >= 1 && office <= 121) || office == 888 || office == 999;
  return is_office && HasLuhnCheckDigit(digits);
}

bool IsGreekAmka(std::string_view digits) {
  if (!IsDigits(digits, 11) || !HasLuhnCheckDigit(digits)) return false;
  const auto part = [&](std::size_t begin) { return static_cast<int>(NumberOf(digits.substr(begin, 2))); };
  return IsBirthDateOfSomeCentury(part(4), part(2), part(0));
}

}  // namespace vigie::content
