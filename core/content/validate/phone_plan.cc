#include "core/content/validate/phone_plan.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "core/content/validate/ascii.h"
#include "core/identifiers/numbering_plans.h"

namespace vigie::content {
namespace {

using identifiers::NumberingPlan;
constexpr auto& kPlans = identifiers::kNumberingPlans;

// Assigned codes of three digits whose plans are not listed above, as ranges. E.164 allows 15 digits in all.
struct CodeRange {
  int first;
  int last;
};
constexpr std::array kOtherCodes = std::to_array<CodeRange>({
    {220, 258}, {260, 269}, {290, 291}, {297, 299}, {355, 355}, {379, 379}, {500, 509}, {591, 599}, {670, 670},
    {672, 683}, {685, 692}, {800, 800}, {808, 808}, {850, 850}, {853, 853}, {855, 856}, {870, 870}, {878, 878},
    {880, 883}, {886, 886}, {888, 888}, {960, 968}, {970, 970}, {973, 977}, {979, 979}, {992, 996}, {998, 998},
});
constexpr std::size_t kShortestOther = 7;
constexpr std::size_t kLongestOther = 12;

bool IsOtherCode(std::string_view code) {
  const int number = (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
  return std::ranges::any_of(kOtherCodes,
                             [&](CodeRange range) { return number >= range.first && number <= range.last; });
}

// By the first three digits of a number: 1 + its place in kPlans, or 0. No assigned code is the beginning of another.
constexpr std::array<std::uint8_t, 1000> PlansByPrefix() {
  std::array<std::uint8_t, 1000> table{};
  for (std::size_t place = 0; place < kPlans.size(); ++place) {
    std::size_t first = 0;
    std::size_t count = 1000;
    for (const char c : kPlans[place].code) {
      count /= 10;
      first += static_cast<std::size_t>(c - '0') * count;
    }
    for (std::size_t i = first; i < first + count; ++i) table[i] = static_cast<std::uint8_t>(place + 1);
  }
  return table;
}
constexpr auto kPlansByPrefix = PlansByPrefix();

std::optional<NumberingPlan> PlanOf(std::string_view digits) {
  const auto code = digits.substr(0, 3);
  if (code.size() < 3 || !std::ranges::all_of(code, IsDigit)) return std::nullopt;
  const auto prefix = static_cast<std::size_t>((code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0'));
  if (const auto place = kPlansByPrefix[prefix]; place != 0) return kPlans[place - 1U];
  if (!IsOtherCode(code)) return std::nullopt;
  return NumberingPlan{code, kShortestOther, kLongestOther};
}

// NANP: neither area code nor exchange begins with 0 or 1 (ATIS-0300055). Elsewhere a leading 0 is the trunk prefix,
// which an international number does not carry, but for Italy's closed plan.
bool FitsOwnRules(std::string_view code, std::string_view national) {
  if (code == "1") return national[0] >= '2' && national[3] >= '2';
  const bool keeps_zero = code == "39" || code == "378" || code == "379";
  return keeps_zero || national[0] != '0';
}

}  // namespace

std::optional<PhoneNumber> ParseInternational(std::string_view digits) {
  if (!std::ranges::all_of(digits, IsDigit)) return std::nullopt;
  const auto plan = PlanOf(digits);
  if (!plan) return std::nullopt;
  const auto national = digits.substr(plan->code.size());
  if (national.size() < plan->shortest || national.size() > plan->longest) return std::nullopt;
  if (!FitsOwnRules(plan->code, national)) return std::nullopt;
  return PhoneNumber{std::string(plan->code), std::string(national)};
}

std::size_t LongestInternational(std::string_view digits) {
  const auto plan = PlanOf(digits);
  return plan ? plan->code.size() + plan->longest : 0;
}

bool IsFrench(std::string_view digits) {
  constexpr std::size_t kLength = 10;
  return digits.size() == kLength && digits[0] == '0' && digits[1] != '0' && std::ranges::all_of(digits, IsDigit);
}

std::optional<PhoneNumber> ParseFrench(std::string_view digits) {
  if (!IsFrench(digits)) return std::nullopt;
  return PhoneNumber{"33", std::string(digits.substr(1))};
}

}  // namespace vigie::content
