#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace vigie::customers {

// How a country writes its numbers at home (ITU-T E.164 and the national numbering plans).
struct PhonePlan {
  std::string_view region;          // ISO 3166-1 alpha-2; "" = none given
  std::string_view country_code;    // without +
  std::string_view trunk;           // dialled at home before the significant number
  std::size_t min_significant = 0;  // digits after country code and trunk prefix
  std::size_t max_significant = 0;
};

// Nothing for a region that this build does not know. "" is the plan without a country: a leading 0 is a trunk prefix.
std::optional<PhonePlan> FindPhonePlan(std::string_view region);
// "AT, BE, …", for messages.
std::string KnownPhoneRegions();

inline constexpr std::size_t kPhoneKeyDigits = 9;
inline constexpr std::size_t kMinPhoneDigits = 8;
inline constexpr std::size_t kMaxPhoneDigits = 15;  // E.164

// The last nine significant digits of a number, with its country code if it needs it to have nine: 0612345678,
// 612345678 and (international) 33612345678 are 612345678 in France. `digits` has no + and no 00; `international` says
// that there was one. Nothing if there are too few or too many digits.
std::optional<std::string> PhoneKey(std::string_view digits, bool international, const PhonePlan& plan);
// The same: false, or nine digits in `key`.
bool WritePhoneKey(std::string_view digits, bool international, const PhonePlan& plan,
                   std::array<char, kPhoneKeyDigits>& key);

}  // namespace vigie::customers
