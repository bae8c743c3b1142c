#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace vigie::identifiers {

struct IbanCountry {
  std::string_view code;   // ISO 3166-1 alpha-2
  std::size_t length = 0;  // of the whole IBAN
};

// Every country of the SWIFT IBAN registry (ISO 13616-2, as published in 2024), sorted by code.
std::span<const IbanCountry> IbanCountries();

// The length that an IBAN of this country has; nothing for a country without IBANs. Upper case.
std::optional<std::size_t> IbanLength(std::string_view country);

// Whether `iban`, in capitals and without spaces, has its country's length and the check digits of ISO/IEC 7064 MOD
// 97-10.
bool IsIban(std::string_view iban);

// The remainder by 97 of a number so far, with one more digit or capital (A = 10 … Z = 35) at its end (ISO/IEC 7064).
constexpr unsigned AppendToModulo97(unsigned remainder, char character) {
  if (character >= '0' && character <= '9') return (remainder * 10 + static_cast<unsigned>(character - '0')) % 97;
  return (remainder * 100 + static_cast<unsigned>(character - 'A') + 10) % 97;
}

}  // namespace vigie::identifiers
