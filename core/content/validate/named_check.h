#pragma once

#include <string_view>

namespace vigie::content {

// Whether digits and capitals, without what separates them, pass the check that a policy names: luhn (ISO/IEC 7812-1),
// mod97 (ISO/IEC 7064 MOD 97-10), mod11_10, mod11_2 (the same standard), verhoeff, iban (ISO 13616). False for a name
// that is none of them.
bool PassesNamedCheck(std::string_view check, std::string_view compact);

}  // namespace vigie::content
