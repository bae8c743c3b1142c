#pragma once

#include <string_view>

// Numbers of Belgium, the Netherlands and the Nordic countries, compact: digits and capitals only.
namespace vigie::content {

// Rijksregisternummer (arrêté royal du 3 avril 1984): birth date, order, 97 − number mod 97; a 2 goes before the nine
// digits of those born since 2000. Months of bis numbers are 20 or 40 higher.
bool IsBelgianNational(std::string_view digits);

// Ondernemingsnummer (code de droit économique III.17): ten digits, 97 − the first eight mod 97; BE may stand before
// it.
bool IsBelgianVat(std::string_view text);

// Burgerservicenummer (Wet algemene bepalingen burgerservicenummer; Logisch Ontwerp BSN 1.1.4): nine digits (eight
// without the leading zero), Σ 9…2 and −1 divisible by 11.
bool IsDutchBsn(std::string_view digits);

// Personnummer and samordningsnummer (Folkbokföringslagen 1991:481, 18 §; Skatteverket SKV 704): date (days plus 60 in
// the latter), three digits, Luhn's check over ten. Ten or twelve digits.
bool IsSwedishPersonalNumber(std::string_view digits);

// Henkilötunnus (Valtioneuvoston asetus 128/2010; Digital and Population Data Services Agency): ddmmyy, century sign,
// 002 to 899, and the character at number mod 31. Compact form keeps no + or −, as eleven or ten characters.
bool IsFinnishHetu(std::string_view text);

// CPR number (CPR-loven; CPR-kontoret, Personnummeret i CPR): ddmmyy and four digits. Its check by 11 is not kept to
// since 2007: the date is all there is.
bool IsDanishCpr(std::string_view digits);

// Fødselsnummer and D-nummer (Folkeregisterforskriften § 2-2-1): ddmmyy (days plus 40 in the latter), three digits, two
// checks by 11.
bool IsNorwegianNumber(std::string_view digits);

}  // namespace vigie::content
