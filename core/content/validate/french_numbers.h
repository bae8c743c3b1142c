#pragma once

#include <string_view>

// French numbers, compact: digits and capitals only.
namespace vigie::content {

// Numéro d'inscription au répertoire (décret n° 82-103; INSEE, structure du NIR): sex, year, month (or 20, 30 to 42, 50
// and above where it is unknown), department (2A and 2B in Corsica), commune, order, and the key 97 − number mod 97.
bool IsFrenchNir(std::string_view text);

// SIREN (code de commerce R123-221; ISO/IEC 6523-0002): nine digits with Luhn's check.
bool IsSiren(std::string_view digits);

// SIRET (ISO/IEC 6523-0009): a SIREN, an establishment and Luhn's check over all 14 digits; La Poste (356000000) has a
// sum of digits divisible by five instead.
bool IsSiret(std::string_view digits);

// VAT number (directive 2006/112/EC art. 215; CGI art. 286 ter): FR, a key, a SIREN. Key of digits: (12 + 3 × SIREN mod
// 97) mod 97; of letters: not computed here, the SIREN's own check decides.
bool IsFrenchVat(std::string_view text);

// Passport (ICAO 9303, French series): 09AB12345, never with the letters I and O. No check digit on paper.
bool IsFrenchPassport(std::string_view text);

}  // namespace vigie::content
