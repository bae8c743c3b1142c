#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace vigie::customers {

// Calls `take` with every IBAN whose check digits are right, in capitals and without spaces. Linear: at most 34
// characters are looked at from each beginning.
void ForEachIban(std::string_view text, const std::function<void(std::string_view)>& take);

// The same for an IBAN that begins at `position`.
void TakeIbanAt(std::string_view text, std::size_t position, const std::function<void(std::string_view)>& take);

}  // namespace vigie::customers
