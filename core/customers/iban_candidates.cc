#include "core/customers/iban_candidates.h"

#include <array>
#include <cstddef>
#include <string>

#include "core/customers/normalise.h"
#include "core/customers/text_fold.h"
#include "core/identifiers/iban.h"

namespace vigie::customers {
namespace {

constexpr std::size_t kMinIban = 15;
constexpr std::size_t kMaxIban = 34;

bool IsAlphanumeric(char c) {
  return IsAsciiLetter(c) || IsDigit(c);
}

char Upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool BeginsIban(std::string_view text, std::size_t position) {
  if (position > 0 && IsAlphanumeric(text[position - 1])) return false;
  if (text.size() - position < kMinIban) return false;
  return IsAsciiLetter(text[position]) && IsAsciiLetter(text[position + 1]) && IsDigit(text[position + 2]) &&
         IsDigit(text[position + 3]);
}

// One space or hyphen between two groups; 0 if the IBAN cannot go on.
std::size_t GapAt(std::string_view text, std::size_t position) {
  std::size_t gap = 0;
  if (position < text.size() && (text[position] == ' ' || text[position] == '-')) gap = 1;
  if (text.substr(position, 2) == "\u00A0") gap = 2;
  return gap > 0 && position + gap < text.size() && IsAlphanumeric(text[position + gap]) ? gap : 0;
}

bool HasRightCheck(const std::string& iban, unsigned remainder_of_rest) {
  unsigned remainder = remainder_of_rest;
  for (std::size_t i = 0; i < 4; ++i) remainder = identifiers::AppendToModulo97(remainder, iban[i]);
  return remainder == 1;
}

void TakeFrom(std::string_view text, std::size_t position, const std::function<void(std::string_view)>& take) {
  std::string iban;
  unsigned remainder = 0;
  while (position < text.size() && iban.size() < kMaxIban && IsAlphanumeric(text[position])) {
    iban.push_back(Upper(text[position++]));
    if (iban.size() > 4) remainder = identifiers::AppendToModulo97(remainder, iban.back());
    if (position < text.size() && IsAlphanumeric(text[position])) continue;
    if (iban.size() >= kMinIban && HasRightCheck(iban, remainder)) take(iban);
    position += GapAt(text, position);
  }
}

}  // namespace

void ForEachIban(std::string_view text, const std::function<void(std::string_view)>& take) {
  for (std::size_t position = 0; position < text.size(); ++position) TakeIbanAt(text, position, take);
}

void TakeIbanAt(std::string_view text, std::size_t position, const std::function<void(std::string_view)>& take) {
  if (BeginsIban(text, position)) TakeFrom(text, position, take);
}

}  // namespace vigie::customers
