#pragma once

#include <string_view>

namespace vigie::content {

// Whether the last digit of a number is its Luhn check digit (ISO/IEC 7812-1, annex B). Digits only; false for "".
bool HasLuhnCheckDigit(std::string_view digits);

}  // namespace vigie::content
