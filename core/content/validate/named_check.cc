#include "core/content/validate/named_check.h"

#include <algorithm>
#include <array>

#include "core/content/validate/check_digits.h"
#include "core/content/validate/luhn.h"
#include "core/identifiers/iban.h"

namespace vigie::content {
namespace {

struct NamedCheck {
  std::string_view name;
  bool (*passes)(std::string_view);
};

constexpr std::array kChecks = {NamedCheck{"luhn", HasLuhnCheckDigit},    NamedCheck{"mod97", HasMod97Check},
                                NamedCheck{"mod11_10", HasMod1110Check},  NamedCheck{"mod11_2", HasMod112Check},
                                NamedCheck{"verhoeff", HasVerhoeffCheck}, NamedCheck{"iban", identifiers::IsIban}};

}  // namespace

bool PassesNamedCheck(std::string_view check, std::string_view compact) {
  const auto known = std::ranges::find(kChecks, check, &NamedCheck::name);
  return known != kChecks.end() && known->passes(compact);
}

}  // namespace vigie::content
