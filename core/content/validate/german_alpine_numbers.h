#pragma once

#include <string_view>

// Numbers of Germany, Austria and Switzerland, compact: digits and capitals only.
namespace vigie::content {

// Steuerliche Identifikationsnummer (AO § 139b; Bundeszentralamt für Steuern): eleven digits, the first not 0, among
// the first ten exactly one digit two or three times and the others at most once, ISO/IEC 7064 MOD 11,10.
bool IsGermanTaxId(std::string_view digits);

// Number of identity card and passport (PAuswV annex; ICAO 9303-3): nine characters out of 0-9 and the consonants
// CFGHJKLMNPRTVWXYZ, the first a letter; a tenth, if there, is the check digit with weights 7, 3, 1.
bool IsGermanIdCard(std::string_view text);

// Umsatzsteuer-Identifikationsnummer (UStG 1994 Art. 28; BMF, Konstruktionsregeln): ATU, seven digits, check digit.
bool IsAustrianVat(std::string_view text);

// AHV/AVS number (AHVG art. 50c; GS1 General Specifications 7.9): thirteen digits with the EAN-13 check digit.
bool IsSwissAvs(std::string_view digits);

}  // namespace vigie::content
