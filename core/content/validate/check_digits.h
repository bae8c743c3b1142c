#pragma once

#include <cstddef>
#include <span>
#include <string_view>

// The sums that most check digits are made of. Pure; each says false or 0 for text that is not what it asks for.
namespace vigie::content {

// Whether `text` is `count` digits and nothing else.
bool IsDigits(std::string_view text, std::size_t count);

// The value of the digit at a place that holds one.
constexpr int DigitAt(std::string_view digits, std::size_t place) {
  return digits[place] - '0';
}

// Σ digit × weight over as many digits as there are weights.
int WeightedSum(std::string_view digits, std::span<const int> weights);

// The number that digits spell; at most 18 of them.
long long NumberOf(std::string_view digits);

// ISO/IEC 7064 MOD 97-10: whether digits and capitals (A = 10 … Z = 35) leave 1 by 97.
bool HasMod97Check(std::string_view text);

// ISO/IEC 7064 MOD 11,10 over digits whose last is the check digit.
bool HasMod1110Check(std::string_view digits);

// Verhoeff's dihedral check (J. Verhoeff, Error Detecting Decimal Codes, 1969) over digits whose last is the check
// digit.
bool HasVerhoeffCheck(std::string_view digits);

// ISO/IEC 7064 MOD 11-2 over digits whose last character is the check character, 0 to 9 or X.
bool HasMod112Check(std::string_view text);

// Whether all characters are the same, as in the numbers that forms are filled with to get past them.
bool IsOneCharacter(std::string_view text);

}  // namespace vigie::content
