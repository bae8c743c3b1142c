#include <algorithm>
#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/grouped_digits.h"
#include "core/content/validate/ascii.h"
#include "core/content/validate/phone_plan.h"

namespace vigie::content {
namespace {

std::string Canonical(const PhoneNumber& number) {
  return "+" + number.country_code + number.national;
}

// +33 639 98 01 23, 0033639980123 and 06 39 98 01 23: one number. What has neither + nor 00 is read after the French
// plan.
class PhoneNumberDetector final : public Detector {
 public:
  std::string_view name() const override { return "phone_number"; }

  std::vector<std::string> patterns() const override {
    return {"\\+[1-9]", "00[1-9][0-9]", "0[1-9]" + std::string(kDigitOrSeparator)};
  }

  std::optional<Match> Prove(std::string_view text, const Candidate& candidate) const override {
    const auto rest = text.substr(candidate.begin);
    if (rest.starts_with('+')) return ProveInternational(text, candidate.begin, candidate.begin + 1);
    if (rest.starts_with("00")) return ProveInternational(text, candidate.begin, candidate.begin + 2);
    return ProveFrench(text, candidate.begin);
  }

  std::string Mask(std::string_view value) const override {
    const auto number = ParseInternational(value.substr(1));
    return "+" + (number ? number->country_code : "") + "******" + std::string(value.substr(value.size() - 2));
  }

 private:
  static std::optional<Match> ProveInternational(std::string_view text, std::size_t begin, std::size_t digits_begin) {
    if (begin > 0 && text[begin - 1] == '+') return std::nullopt;
    const auto read = ReadGroupedDigits(text, digits_begin, Glue::kPhonePunctuation);
    const auto longest = LongestInternational(read.First(read.digit_count));
    for (auto groups = read.group_count; groups > 0; --groups) {
      const auto& last = read.groups[groups - 1];
      if (last.digits_until_end > longest || !StandsAlone(text, begin, last.text_end)) continue;
      const auto number = ParseInternational(read.First(last.digits_until_end));
      if (number) return Match{begin, last.text_end, Canonical(*number)};
    }
    return std::nullopt;
  }

  static std::optional<Match> ProveFrench(std::string_view text, std::size_t begin) {
    const auto read = ReadGroupedDigits(text, begin, Glue::kSameSeparator);
    for (std::size_t groups = 1; groups <= read.group_count; ++groups) {
      const auto& last = read.groups[groups - 1];
      const auto number = ParseFrench(read.First(last.digits_until_end));
      if (!number) continue;
      if (!IsUsualGrouping(read, groups) || !IsWhole(text, begin, last.text_end, read)) return std::nullopt;
      return Match{begin, last.text_end, Canonical(*number)};
    }
    return std::nullopt;
  }

  static bool IsUsualGrouping(const GroupedDigits& read, std::size_t groups) {
    using Grouping = std::array<std::size_t, 5>;
    constexpr std::array<Grouping, 4> kUsual = {Grouping{10, 0, 0, 0, 0}, Grouping{2, 2, 2, 2, 2},
                                                Grouping{4, 3, 3, 0, 0}, Grouping{4, 2, 2, 2, 0}};
    return std::ranges::any_of(kUsual, [&](const Grouping& usual) {
      for (std::size_t i = 0; i < groups; ++i) {
        if (usual[i] != read.GroupSize(i)) return false;
      }
      return true;  // both have ten digits
    });
  }

  // Five groups of two out of six or seven are a code or a dump; out of ten they are two numbers.
  static bool IsWhole(std::string_view text, std::size_t begin, std::size_t end, const GroupedDigits& read) {
    constexpr std::size_t kGroups = 5;
    const GroupShape shape{read.separator, 2};
    if (shape.separator.empty() || read.GroupSize(0) != shape.width) return StandsAlone(text, begin, end);
    const auto before = CountGroupsBefore(text, begin, shape);
    const auto after = CountGroupsAfter(text, end, shape);
    if (before % kGroups != 0) return false;
    const auto after_end = end + after * (shape.separator.size() + shape.width);
    if (after % kGroups != 0 && !WordFollows(text, after_end)) return false;
    return StandsAlone(text, begin, end) || before + after > 0;
  }

  // 06 39 98 01 23 12 rue des Lilas: the house number is no sixth group.
  static bool WordFollows(std::string_view text, std::size_t position) {
    return position + 1 < text.size() && text[position] == ' ' && IsLetter(text[position + 1]);
  }
};

}  // namespace

std::unique_ptr<const Detector> MakePhoneNumberDetector() {
  return std::make_unique<PhoneNumberDetector>();
}

}  // namespace vigie::content
