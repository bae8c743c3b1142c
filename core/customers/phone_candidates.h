#pragma once

#include <functional>
#include <string_view>

#include "core/customers/phone_plan.h"

namespace vigie::customers {

// Calls `take` with the phone key (nine digits) of what may be a phone number: groups of digits with the usual
// separators between them, 8 to 15 digits in all. Inside a longer row of groups only what begins like a number counts:
// +, 00, or the trunk prefix and then as many digits as the plan allows. Linear.
void ForEachPhone(std::string_view text, const PhonePlan& plan, const std::function<void(std::string_view)>& take);

struct TextPlace {
  std::string_view text;
  std::size_t position = 0;
};
// The same for the row of groups whose first digit is at a place. Gives where the row ends. A digit in the middle of a
// word begins none.
std::size_t TakePhonesAt(const TextPlace& row, const PhonePlan& plan,
                         const std::function<void(std::string_view)>& take);

}  // namespace vigie::customers
