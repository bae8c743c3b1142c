#include "core/customers/phone_plan.h"

#include <algorithm>
#include <cstring>

#include "core/identifiers/numbering_plans.h"

namespace vigie::customers {
namespace {

// How numbers are dialled at home; how long they are is what core/identifiers knows.
struct Region {
  std::string_view name;
  std::string_view country_code;
  std::string_view trunk;
};

constexpr Region kRegions[] = {
    {"AT", "43", "0"}, {"AU", "61", "0"},  {"BE", "32", "0"},  {"BG", "359", "0"}, {"BR", "55", "0"},
    {"CA", "1", "1"},  {"CH", "41", "0"},  {"CZ", "420", ""},  {"DE", "49", "0"},  {"DK", "45", ""},
    {"EE", "372", ""}, {"ES", "34", ""},   {"FI", "358", "0"}, {"FR", "33", "0"},  {"GB", "44", "0"},
    {"GR", "30", ""},  {"HR", "385", "0"}, {"HU", "36", "06"}, {"IE", "353", "0"}, {"IN", "91", "0"},
    {"IT", "39", ""},  {"LT", "370", "0"}, {"LU", "352", ""},  {"LV", "371", ""},  {"MA", "212", "0"},
    {"NL", "31", "0"}, {"NO", "47", ""},   {"PL", "48", ""},   {"PT", "351", ""},  {"RO", "40", "0"},
    {"SE", "46", "0"}, {"SI", "386", "0"}, {"SK", "421", "0"}, {"TR", "90", "0"},  {"US", "1", "1"},
    {"ZA", "27", "0"},
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

// The prefix is one digit or two: a call to compare them would cost more.
bool HasTrunk(std::string_view digits, const PhonePlan& plan) {
  const std::string_view trunk = plan.trunk;
  if (trunk.empty() || digits.size() < trunk.size()) return false;
  return std::equal(trunk.begin(), trunk.end(), digits.begin());
}

FullNumber WithCountryCode(std::string_view digits, const PhonePlan& plan) {
  if (HasTrunk(digits, plan)) {
    return {plan.country_code, digits.substr(plan.trunk.size())};
  }
  if (HasCountryCode(digits, plan)) return {{}, digits};
  return {plan.country_code, digits};
}

}  // namespace

std::optional<PhonePlan> FindPhonePlan(std::string_view region) {
  if (region.empty()) return kNoCountry;
  const auto* const found =
      std::find_if(std::begin(kRegions), std::end(kRegions), [&](const Region& r) { return r.name == region; });
  if (found == std::end(kRegions)) return std::nullopt;
  const auto& plans = identifiers::kNumberingPlans;
  const auto* const plan = std::find_if(
      plans.begin(), plans.end(), [&](const identifiers::NumberingPlan& p) { return p.code == found->country_code; });
  if (plan == plans.end()) return std::nullopt;
  return PhonePlan{found->name, found->country_code, found->trunk, plan->shortest, plan->longest};
}

std::string KnownPhoneRegions() {
  std::string regions;
  for (const Region& region : kRegions) regions.append(regions.empty() ? "" : ", ").append(region.name);
  return regions;
}

bool WritePhoneKey(std::string_view digits, bool international, const PhonePlan& plan,
                   std::array<char, kPhoneKeyDigits>& key) {
  if (digits.size() < kMinPhoneDigits || digits.size() > kMaxPhoneDigits) return false;
  const auto [code, rest] = international ? FullNumber{{}, digits} : WithCountryCode(digits, plan);
  if (rest.size() >= kPhoneKeyDigits) {
    std::memcpy(key.data(), rest.data() + rest.size() - key.size(), key.size());
    return true;
  }
  const std::size_t of_code = kPhoneKeyDigits - rest.size();
  if (code.size() < of_code) return false;
  code.copy(key.data(), of_code, code.size() - of_code);
  rest.copy(key.data() + of_code, rest.size());
  return true;
}

std::optional<std::string> PhoneKey(std::string_view digits, bool international, const PhonePlan& plan) {
  std::array<char, kPhoneKeyDigits> key{};
  if (!WritePhoneKey(digits, international, plan, key)) return std::nullopt;
  return std::string(key.data(), key.size());
}

}  // namespace vigie::customers
