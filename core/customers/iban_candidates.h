#pragma once

#include <functional>
#include <string_view>

namespace vigie::customers {

// Calls `take` with every IBAN whose check digits are right, in capitals and without spaces. Linear: at most 34
// characters are looked at from each beginning.
void ForEachIban(std::string_view text, const std::function<void(std::string_view)>& take);

}  // namespace vigie::customers
