#include "core/identifiers/iban.h"

#include <algorithm>
#include <array>

namespace vigie::identifiers {
namespace {

constexpr std::array kCountries = std::to_array<IbanCountry>({
    {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16}, {"BG", 22}, {"BH", 22},
    {"BI", 27}, {"BR", 29}, {"BY", 28}, {"CH", 21}, {"CR", 22}, {"CY", 28}, {"CZ", 24}, {"DE", 22}, {"DJ", 27},
    {"DK", 18}, {"DO", 28}, {"EE", 20}, {"EG", 29}, {"ES", 24}, {"FI", 18}, {"FK", 18}, {"FO", 18}, {"FR", 27},
    {"GB", 22}, {"GE", 22}, {"GI", 23}, {"GL", 18}, {"GR", 27}, {"GT", 28}, {"HN", 28}, {"HR", 21}, {"HU", 28},
    {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26}, {"IT", 27}, {"JO", 30}, {"KW", 30}, {"KZ", 20}, {"LB", 28},
    {"LC", 32}, {"LI", 21}, {"LT", 20}, {"LU", 20}, {"LV", 21}, {"LY", 25}, {"MC", 27}, {"MD", 24}, {"ME", 22},
    {"MK", 19}, {"MN", 20}, {"MR", 27}, {"MT", 31}, {"MU", 30}, {"NI", 28}, {"NL", 18}, {"NO", 15}, {"OM", 23},
    {"PK", 24}, {"PL", 28}, {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24}, {"RS", 22}, {"RU", 33}, {"SA", 24},
    {"SC", 31}, {"SD", 18}, {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27}, {"SO", 23}, {"ST", 25}, {"SV", 28},
    {"TL", 23}, {"TN", 24}, {"TR", 26}, {"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20}, {"YE", 30},
});

constexpr bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool IsUpper(char c) {
  return c >= 'A' && c <= 'Z';
}

unsigned Remainder(std::string_view text, unsigned remainder) {
  for (const char c : text) remainder = AppendToModulo97(remainder, c);
  return remainder;
}

}  // namespace

std::span<const IbanCountry> IbanCountries() {
  return kCountries;
}

std::optional<std::size_t> IbanLength(std::string_view country) {
  const auto found = std::ranges::lower_bound(kCountries, country, {}, &IbanCountry::code);
  if (found == kCountries.end() || found->code != country) return std::nullopt;
  return found->length;
}

bool IsIban(std::string_view iban) {
  if (IbanLength(iban.substr(0, 2)) != iban.size()) return false;
  const bool spelled = std::ranges::all_of(iban, [](char c) { return IsDigit(c) || IsUpper(c); });
  if (!spelled || !IsDigit(iban[2]) || !IsDigit(iban[3])) return false;
  // Check digits are 98 minus a remainder by 97: 00, 01 and 99 would pass the sum but are never issued.
  const auto check = iban.substr(2, 2);
  if (check == "00" || check == "01" || check == "99") return false;
  return Remainder(iban.substr(0, 4), Remainder(iban.substr(4), 0)) == 1;
}

}  // namespace vigie::identifiers
