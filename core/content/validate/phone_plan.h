#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vigie::content {

// A telephone number in its international form, split after the country code.
struct PhoneNumber {
  std::string country_code;  // 33
  std::string national;      // 639980123
};

// Splits the digits that follow a + or 00 into an assigned country code (ITU-T E.164, list of assigned codes of 2016
// and its amendments) and a national number of a length that its plan allows: exact for the plans with one length,
// E.164's bounds for others. Nothing if that is not possible. Plausible, not subscribed.
std::optional<PhoneNumber> ParseInternational(std::string_view digits);

// The longest number of digits that a number with these first digits may have, country code included; 0 if no code
// begins so.
std::size_t LongestInternational(std::string_view digits);

// The French plan (ARCEP, décision 2018-0881): 0, then 1 to 9, then eight digits.
std::optional<PhoneNumber> ParseFrench(std::string_view digits);
bool IsFrench(std::string_view digits);

}  // namespace vigie::content
