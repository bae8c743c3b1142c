#pragma once

#include <string_view>

// Numbers of the United Kingdom and Ireland, compact: digits and capitals only.
namespace vigie::content {

// NHS number (NHS Data Dictionary, NHS NUMBER; ISB 0149): ten digits, weights 10 to 2, check 11 − sum mod 11.
bool IsNhsNumber(std::string_view digits);

// National insurance number (HMRC manual NIM39110): two letters out of those in use, six digits, A to D. No check
// digit.
bool IsNationalInsuranceNumber(std::string_view text);

// Irish personal public service number (Social Welfare Consolidation Act 2005, s. 262; Department of Social
// Protection): seven digits, check letter, since 2013 a second letter that counts in the check.
bool IsIrishPps(std::string_view text);

}  // namespace vigie::content
