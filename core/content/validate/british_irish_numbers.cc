#include "core/content/validate/british_irish_numbers.h"

#include <array>

#include "core/content/validate/ascii.h"
#include "core/content/validate/check_digits.h"

namespace vigie::content {

bool IsNhsNumber(std::string_view digits) {
  constexpr std::array kWeights = {10, 9, 8, 7, 6, 5, 4, 3, 2};
  if (!IsDigits(digits, 10) || IsOneCharacter(digits)) return false;
  const int check = (11 - WeightedSum(digits, kWeights) % 11) % 11;
  return check == DigitAt(digits, 9);
}

bool IsNationalInsuranceNumber(std::string_view text) {
  if (text.size() != 9 || !IsDigits(text.substr(2, 6), 6)) return false;
  const auto prefix = text.substr(0, 2);
  if (!IsUpper(prefix[0]) || !IsUpper(prefix[1])) return false;
  if (prefix.find_first_of("DFIQUV") != std::string_view::npos || prefix[1] == 'O') return false;
  for (const auto* unused : {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}) {
    if (prefix == unused) return false;
  }
  return text[8] >= 'A' && text[8] <= 'D';
}

bool IsIrishPps(std::string_view text) {
  constexpr std::string_view kLetters = "WABCDEFGHIJKLMNOPQRSTUV";
  constexpr std::array kWeights = {8, 7, 6, 5, 4, 3, 2};
  if (text.size() < 8 || text.size() > 9 || !IsDigits(text.substr(0, 7), 7)) return false;
  int sum = WeightedSum(text, kWeights);
  if (text.size() == 9) {
    const auto second = std::string_view("WABCDEFGHI").find(text[8]);
    if (second == std::string_view::npos) return false;
    sum += 9 * static_cast<int>(second);
  }
  return kLetters[static_cast<std::size_t>(sum % 23)] == text[7];
}

}  // namespace vigie::content
