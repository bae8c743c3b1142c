#include "core/content/validate/luhn.h"

#include "core/content/validate/ascii.h"

namespace vigie::content {

bool HasLuhnCheckDigit(std::string_view digits) {
  // What a digit adds where it stands for itself, and where it is doubled: the digits of twice itself.
  constexpr unsigned kWorth[2][10] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {0, 2, 4, 6, 8, 1, 3, 5, 7, 9}};
  unsigned sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (!IsDigit(digits[i])) return false;
    sum += kWorth[(digits.size() - 1 - i) % 2][digits[i] - '0'];
  }
  return !digits.empty() && sum % 10 == 0;
}

}  // namespace vigie::content
