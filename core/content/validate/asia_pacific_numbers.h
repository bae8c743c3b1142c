#pragma once

#include <string_view>

// Numbers of Australia, India, Singapore, Korea and South Africa, compact: digits and capitals only.
namespace vigie::content {

// Tax file number (Taxation Administration Act 1953; ATO): nine digits, weights 1 4 3 7 5 8 6 9 10 divisible by 11.
bool IsAustralianTfn(std::string_view digits);

// Medicare card number (Services Australia; METeOR 270101): ten digits or, with the person's, eleven; the ninth is Σ of
// eight by 1 3 7 9 1 3 7 9, mod 10; the first is 2 to 6.
bool IsAustralianMedicare(std::string_view digits);

// Australian business number (A New Tax System (ABN) Act 1999; ABR, format of the ABN): the first digit less one,
// weights 10 1 3 … 19, divisible by 89.
bool IsAustralianAbn(std::string_view digits);

// Aadhaar (Aadhaar Act 2016; UIDAI): twelve digits, the first neither 0 nor 1, Verhoeff's check.
bool IsAadhaar(std::string_view digits);

// Permanent account number (Income-tax Rules 1962, rule 114): five letters, the fourth a kind of holder, four digits, a
// letter. Its check letter's rule is not published.
bool IsIndianPan(std::string_view text);

// NRIC and FIN (National Registration Act 1965; ICA): S, T, F, G or M, seven digits with weights 2 7 6 5 4 3 2, a
// letter.
bool IsSingaporeNric(std::string_view text);

// Resident registration number (Resident Registration Act art. 7-2): date, sex and century, weights 2 … 9 2 … 5.
// Numbers given since October 2020 have no check digit any more and are not found.
bool IsKoreanRrn(std::string_view digits);

// South African identity number (Identification Act 68 of 1997; DHA): date, sex, citizenship 0 to 2, Luhn's check.
bool IsSouthAfricanId(std::string_view digits);

}  // namespace vigie::content
