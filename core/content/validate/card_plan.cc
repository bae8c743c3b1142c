#include "core/content/validate/card_plan.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace vigie::content {
namespace {

// Numbers whose first six digits lie in [first, last], with these lengths.
struct IssuerRange {
  unsigned first;
  unsigned last;
  std::size_t shortest;
  std::size_t longest;
};

constexpr std::array kRanges = std::to_array<IssuerRange>({
    {222100, 272099, 16, 16},  // Mastercard
    {300000, 305999, 14, 19},  // Diners Club
    {309500, 309599, 14, 19},  // Diners Club
    {340000, 349999, 15, 15},  // American Express
    {352800, 358999, 16, 19},  // JCB
    {360000, 369999, 14, 19},  // Diners Club
    {370000, 379999, 15, 15},  // American Express
    {380000, 399999, 16, 19},  // Diners Club
    {400000, 499999, 16, 16},  // Visa; its old 13 digits are out of use, its 19 never came into use
    {501800, 501899, 16, 19},  // Maestro, as the next ones to 6
    {502000, 502099, 16, 19}, {503800, 503899, 16, 19}, {510000, 559999, 16, 16},  // Mastercard
    {560000, 589999, 16, 19},                                                      // Maestro
    {601100, 601199, 16, 19},                                                      // Discover
    {620000, 629999, 16, 19},                                                      // UnionPay
    {630400, 630499, 16, 19},                                                      // Maestro
    {644000, 659999, 16, 19},                                                      // Discover
    {675900, 676399, 16, 19},                                                      // Maestro
    {810000, 817199, 16, 19},                                                      // UnionPay
});

}  // namespace

bool IsIssuedCardRange(std::string_view digits) {
  constexpr std::size_t kPrefix = 6;
  unsigned prefix = 0;
  if (digits.size() < kPrefix) return false;
  const auto parsed = std::from_chars(digits.data(), digits.data() + kPrefix, prefix);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + kPrefix) return false;
  return std::ranges::any_of(kRanges, [&](const IssuerRange& range) {
    return prefix >= range.first && prefix <= range.last && digits.size() >= range.shortest &&
           digits.size() <= range.longest;
  });
}

}  // namespace vigie::content
