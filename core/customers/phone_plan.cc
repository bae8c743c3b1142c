#include "core/customers/phone_plan.h"

#include <algorithm>

namespace vigie::customers {
namespace {

constexpr PhonePlan kPlans[] = {
    {"AT", "43", "0", 7, 13},  {"AU", "61", "0", 9, 9},   {"BE", "32", "0", 8, 9},  {"BG", "359", "0", 7, 9},
    {"BR", "55", "0", 10, 11}, {"CA", "1", "1", 10, 10},  {"CH", "41", "0", 9, 9},  {"CZ", "420", "", 9, 9},
    {"DE", "49", "0", 7, 12},  {"DK", "45", "", 8, 8},    {"EE", "372", "", 7, 8},  {"ES", "34", "", 9, 9},
    {"FI", "358", "0", 6, 11}, {"FR", "33", "0", 9, 9},   {"GB", "44", "0", 9, 10}, {"GR", "30", "", 10, 10},
    {"HR", "385", "0", 8, 9},  {"HU", "36", "06", 8, 9},  {"IE", "353", "0", 7, 9}, {"IN", "91", "0", 10, 10},
    {"IT", "39", "", 8, 11},   {"LT", "370", "0", 8, 8},  {"LU", "352", "", 6, 11}, {"LV", "371", "", 8, 8},
    {"MA", "212", "0", 9, 9},  {"NL", "31", "0", 9, 9},   {"NO", "47", "", 8, 8},   {"PL", "48", "", 9, 9},
    {"PT", "351", "", 9, 9},   {"RO", "40", "0", 9, 9},   {"SE", "46", "0", 7, 9},  {"SI", "386", "0", 8, 8},
    {"SK", "421", "0", 9, 9},  {"TR", "90", "0", 10, 10}, {"US", "1", "1", 10, 10}, {"ZA", "27", "0", 9, 9},
};

constexpr PhonePlan kNoCountry{"", "", "0", 8, 11};

bool FitsSignificant(std::size_t digits, const PhonePlan& plan) {
  return digits >= plan.min_significant && digits <= plan.max_significant;
}

bool HasCountryCode(std::string_view digits, const PhonePlan& plan) {
  return !plan.country_code.empty() && digits.starts_with(plan.country_code) &&
         FitsSignificant(digits.size() - plan.country_code.size(), plan);
}

// A number with its country's code, as two pieces one behind the other.
struct FullNumber {
  std::string_view code, rest;
};

FullNumber WithCountryCode(std::string_view digits, const PhonePlan& plan) {
  if (!plan.trunk.empty() && digits.starts_with(plan.trunk)) {
    return {plan.country_code, digits.substr(plan.trunk.size())};
  }
  if (HasCountryCode(digits, plan)) return {{}, digits};
  return {plan.country_code, digits};
}

}  // namespace

std::optional<PhonePlan> FindPhonePlan(std::string_view region) {
  if (region.empty()) return kNoCountry;
  const auto* plan =
      std::find_if(std::begin(kPlans), std::end(kPlans), [&](const PhonePlan& p) { return p.region == region; });
  if (plan == std::end(kPlans)) return std::nullopt;
  return *plan;
}

std::string KnownPhoneRegions() {
  std::string regions;
  for (const PhonePlan& plan : kPlans) regions.append(regions.empty() ? "" : ", ").append(plan.region);
  return regions;
}

std::optional<std::string> PhoneKey(std::string_view digits, bool international, const PhonePlan& plan) {
  if (digits.size() < kMinPhoneDigits || digits.size() > kMaxPhoneDigits) return std::nullopt;
  const auto [code, rest] = international ? FullNumber{{}, digits} : WithCountryCode(digits, plan);
  if (rest.size() >= kPhoneKeyDigits) return std::string(rest.substr(rest.size() - kPhoneKeyDigits));
  if (code.size() + rest.size() < kPhoneKeyDigits) return std::nullopt;
  return std::string(code.substr(code.size() + rest.size() - kPhoneKeyDigits)).append(rest);
}

}  // namespace vigie::customers
