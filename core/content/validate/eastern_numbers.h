#pragma once

#include <string_view>

// Numbers of Central and South-Eastern Europe and Türkiye, compact: digits only.
namespace vigie::content {

// PESEL (ustawa o ewidencji ludności, art. 15): date with the century in the month, weights 1 3 7 9.
bool IsPolishPesel(std::string_view digits);

// Rodné číslo (zákon 133/2000 Sb., § 13): date, women's months 50 higher (or 20 and 70 where numbers ran out),
// divisible by 11; nine digits without check until 1953.
bool IsCzechBirthNumber(std::string_view digits);

// Cod numeric personal (HG 1375/2006; OUG 97/2005): sex and century, date, county, weights 2 7 9 1 4 6 3 5 8 2 7 9.
bool IsRomanianCnp(std::string_view digits);

// EGN (Наредба за ЕСГРАОН; ЗГР чл. 11): date with the century in the month, weights 2 4 8 5 10 9 7 3 6.
bool IsBulgarianEgn(std::string_view digits);

// OIB (Zakon o osobnom identifikacijskom broju, NN 60/08): ISO/IEC 7064 MOD 11,10.
bool IsCroatianOib(std::string_view digits);

// T.C. kimlik numarası (Nüfus Hizmetleri Kanunu 5490; NVİ): two check digits, the first digit not 0.
bool IsTurkishIdentity(std::string_view digits);

}  // namespace vigie::content
