#include "core/content/validate/luhn.h"

#include "core/content/validate/ascii.h"

namespace vigie::content {

bool HasLuhnCheckDigit(std::string_view digits) {
  int sum = 0;
  bool doubled = false;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    if (!IsDigit(*digit)) return false;
    const int value = (*digit - '0') * (doubled ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
    doubled = !doubled;
  }
  return !digits.empty() && sum % 10 == 0;
}

}  // namespace vigie::content
