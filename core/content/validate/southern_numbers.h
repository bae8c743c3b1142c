#pragma once

#include <string_view>

// Numbers of Spain, Portugal, Italy and Greece, compact: digits and capitals only.
namespace vigie::content {

// Número de identificación fiscal of persons (Real Decreto 1065/2007 art. 19-20; Real Decreto 1553/2005): eight digits,
// or K, L, M and seven, and the letter at number mod 23.
bool IsSpanishNif(std::string_view text);

// Número de identidad de extranjero (Orden INT/2058/2008): X, Y or Z (0, 1, 2), seven digits and the NIF's letter.
bool IsSpanishNie(std::string_view text);

// Número de identificação fiscal (Decreto-Lei 14/2013): nine digits, weights 9 to 2, check 11 − sum mod 11.
bool IsPortugueseNif(std::string_view digits);

// Codice fiscale (D.M. 23 dicembre 1976): sixteen characters with month letter, day, and the check letter over odd and
// even places. Digits may be replaced by letters where two persons would share a code (omocodia).
bool IsItalianFiscalCode(std::string_view text);

// Partita IVA (DPR 633/1972 art. 35): eleven digits with Luhn's check, the province's office in the eighth to tenth;
// IT may stand before it.
bool IsItalianVat(std::string_view text);

// AMKA (law 3655/2008 art. 153): birth date, four digits, Luhn's check.
bool IsGreekAmka(std::string_view digits);

}  // namespace vigie::content
