#include "core/content/validate/german_alpine_numbers.h"

#include <algorithm>
#include <array>

#include "core/content/validate/ascii.h"
#include "core/content/validate/check_digits.h"

namespace vigie::content {
namespace {

bool HasThreeInARow(std::string_view digits) {
  for (std::size_t i = 2; i < digits.size(); ++i) {
    if (digits[i] == digits[i - 1] && digits[i] == digits[i - 2]) return true;
  }
  return false;
}

bool HasTaxIdDigits(std::string_view digits) {
  std::array<int, 10> counts{};
  for (const char c : digits.substr(0, 10)) ++counts[static_cast<std::size_t>(c - '0')];
  const auto repeated = std::ranges::count_if(counts, [](int count) { return count > 1; });
  return repeated == 1 && std::ranges::max(counts) <= 3 && !HasThreeInARow(digits.substr(0, 10));
}

// ICAO 9303-3, 4.9: digits as they are, letters from A = 10.
int DocumentCheck(std::string_view text) {
  constexpr std::array kWeights = {7, 3, 1};
  int sum = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    sum += (IsDigit(text[i]) ? text[i] - '0' : text[i] - 'A' + 10) * kWeights[i % 3];
  }
  return sum % 10;
}

}  // namespace

bool IsGermanTaxId(std::string_view digits) {
  return IsDigits(digits, 11) && digits[0] != '0' && HasTaxIdDigits(digits) && HasMod1110Check(digits);
}

bool IsGermanIdCard(std::string_view text) {
  constexpr std::string_view kCharacters = "0123456789CFGHJKLMNPRTVWXYZ";
  if (text.size() < 9 || text.size() > 10 || !IsUpper(text[0])) return false;
  const auto serial = text.substr(0, 9);
  if (serial.find_first_not_of(kCharacters) != std::string_view::npos) return false;
  if (std::ranges::count_if(serial, IsDigit) < 2) return false;
  return text.size() == 9 || (IsDigit(text[9]) && DocumentCheck(serial) == text[9] - '0');
}

bool IsAustrianVat(std::string_view text) {
  constexpr std::size_t kPrefix = 3;
  if (text.size() != 11 || !text.starts_with("ATU") || !IsDigits(text.substr(kPrefix), 8)) return false;
  int sum = 4;
  for (std::size_t i = 0; i < 7; ++i) {
    const int product = DigitAt(text, kPrefix + i) * (i % 2 == 0 ? 1 : 2);
    sum += product / 10 + product % 10;
  }
  return (10 - sum % 10) % 10 == DigitAt(text, 10);
}

bool IsSwissAvs(std::string_view digits) {
  constexpr std::array kWeights = {1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1};
  return IsDigits(digits, 13) && digits.starts_with("756") && WeightedSum(digits, kWeights) % 10 == 0;
}

}  // namespace vigie::content
