#pragma once

#include <string_view>

namespace vigie::content {

// Whether a card network issues numbers that begin like this, in this length: the issuer identification ranges of
// ISO/IEC 7812 as the networks publish them (Visa, Mastercard, American Express, Discover, Diners Club, JCB, UnionPay,
// Maestro). Digits only; the check digit is luhn.h's business.
bool IsIssuedCardRange(std::string_view digits);

}  // namespace vigie::content
