#pragma once

#include <string_view>

// Numbers that no country owns, compact: digits and capitals only.
namespace vigie::content {

// Legal entity identifier (ISO 17442-1): eighteen characters and the two check digits of ISO/IEC 7064 MOD 97-10. One of
// digits alone is not taken: too many long numbers would pass.
bool IsLei(std::string_view text);

// Business identifier code (ISO 9362): four letters, a country (ISO 3166-1), two and perhaps three characters more.
// No check digit.
bool IsBic(std::string_view text);

// International mobile equipment identity (3GPP TS 23.003, 6.2.1): fifteen digits with Luhn's check, the first two a
// reporting body that GSMA lists.
bool IsImei(std::string_view digits);

}  // namespace vigie::content
