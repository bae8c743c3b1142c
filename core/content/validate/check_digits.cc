#include "core/content/validate/check_digits.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "core/content/validate/ascii.h"
#include "core/identifiers/iban.h"

namespace vigie::content {
namespace {

// Multiplication in the dihedral group of the pentagon: rotations 0 to 4, reflections 5 to 9.
constexpr int Multiply(int a, int b) {
  if (a < 5) return b < 5 ? (a + b) % 5 : 5 + (a + b) % 5;
  return b < 5 ? 5 + (a - b + 5) % 5 : (a - b + 5) % 5;
}

// Verhoeff's permutation, once for each place from the right.
constexpr std::array<std::array<int, 10>, 8> Permutations() {
  std::array<std::array<int, 10>, 8> table{};
  constexpr std::array<int, 10> kOnce = {1, 5, 7, 6, 2, 8, 3, 0, 9, 4};
  for (int i = 0; i < 10; ++i) table[0][static_cast<std::size_t>(i)] = i;
  for (std::size_t row = 1; row < 8; ++row) {
    for (std::size_t i = 0; i < 10; ++i) table[row][i] = kOnce[static_cast<std::size_t>(table[row - 1][i])];
  }
  return table;
}
constexpr auto kPermutations = Permutations();

// All at once: each byte is 3x, and is so still when six more would carry A to F into the next row.
bool AreEightDigits(const char* bytes) {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  const auto rows = [](std::uint64_t bytes_of) { return bytes_of & (0xf0 * kEach); };
  return rows(word) == 0x30 * kEach && rows(word + 6 * kEach) == 0x30 * kEach;
}

}  // namespace

bool IsDigits(std::string_view text, std::size_t count) {
  constexpr std::size_t kAtOnce = 8;
  if (text.size() != count) return false;
  if (count < kAtOnce) return std::ranges::all_of(text, IsDigit);
  for (std::size_t position = 0; position + kAtOnce < count; position += kAtOnce) {
    if (!AreEightDigits(text.data() + position)) return false;
  }
  return AreEightDigits(text.data() + count - kAtOnce);  // some of them for the second time
}

int WeightedSum(std::string_view digits, std::span<const int> weights) {
  int sum = 0;
  for (std::size_t i = 0; i < weights.size() && i < digits.size(); ++i) sum += DigitAt(digits, i) * weights[i];
  return sum;
}

long long NumberOf(std::string_view digits) {
  long long number = 0;
  for (const char c : digits) number = number * 10 + (c - '0');
  return number;
}

bool HasMod97Check(std::string_view text) {
  unsigned remainder = 0;
  for (const char c : text) {
    if (!IsDigit(c) && !IsUpper(c)) return false;
    remainder = identifiers::AppendToModulo97(remainder, c);
  }
  return remainder == 1;
}

bool HasMod1110Check(std::string_view digits) {
  int product = 10;
  if (digits.empty() || !IsDigits(digits, digits.size())) return false;
  for (const char c : digits.substr(0, digits.size() - 1)) {
    const int sum = (product + (c - '0')) % 10;
    product = (sum == 0 ? 10 : sum) * 2 % 11;
  }
  return (product + (digits.back() - '0')) % 10 == 1;
}

bool HasVerhoeffCheck(std::string_view digits) {
  if (digits.empty() || !IsDigits(digits, digits.size())) return false;
  int check = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const auto digit = static_cast<std::size_t>(DigitAt(digits, digits.size() - 1 - i));
    check = Multiply(check, kPermutations[i % 8][digit]);
  }
  return check == 0;
}

bool HasMod112Check(std::string_view text) {
  if (text.size() < 2 || !IsDigits(text.substr(0, text.size() - 1), text.size() - 1)) return false;
  if (!IsDigit(text.back()) && text.back() != 'X') return false;
  int product = 0;
  for (const char c : text.substr(0, text.size() - 1)) product = (product + (c - '0')) * 2 % 11;
  const int check = text.back() == 'X' ? 10 : text.back() - '0';
  return (product + check) % 11 == 1;
}

bool IsOneCharacter(std::string_view text) {
  return std::ranges::all_of(text, [&](char c) { return c == text[0]; });
}

}  // namespace vigie::content
