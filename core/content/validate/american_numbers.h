#pragma once

#include <string_view>

// Numbers of the United States, Canada and Brazil, compact: digits only.
namespace vigie::content {

// Social security number (SSA, POMS RM 10201.030; 20 CFR 422.103): area 001 to 899 but 666, group and serial not all
// zeros; not the numbers that SSA has published as never valid. No check digit.
bool IsSocialSecurityNumber(std::string_view digits);

// Individual taxpayer identification number (IRS, IRM 3.21.263): 9xx, fourth and fifth digit 50 to 65, 70 to 88, 90 to
// 92 or 94 to 99. No check digit.
bool IsTaxpayerIdentification(std::string_view digits);

// Canadian social insurance number (Employment Insurance Act s. 138; ESDC): nine digits with Luhn's check, first digit
// neither 0 nor 8.
bool IsSocialInsuranceNumber(std::string_view digits);

// Cadastro de pessoas físicas (Receita Federal, IN RFB 2.172/2024): eleven digits, two checks by 11.
bool IsBrazilianCpf(std::string_view digits);

// Cadastro nacional da pessoa jurídica (Receita Federal, IN RFB 2.119/2022): fourteen digits, two checks by 11.
bool IsBrazilianCnpj(std::string_view digits);

}  // namespace vigie::content
