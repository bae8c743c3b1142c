#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/grouped_digits.h"
#include "core/content/validate/card_plan.h"
#include "core/content/validate/luhn.h"

namespace vigie::content {
namespace {

// Four digits that may begin a card number. Then: a way in which people group card numbers, a range that a network
// issues, and the check digit.
class PaymentCardDetector final : public Detector {
 public:
  std::string_view name() const override { return "payment_card"; }

  std::vector<std::string> patterns() const override { return {"[2-68][0-9]{3}" + std::string(kDigitOrSeparator)}; }

  std::optional<Match> Prove(std::string_view text, const Candidate& candidate) const override {
    const auto read = ReadGroupedDigits(text, candidate.begin, Glue::kSameSeparator);
    for (auto groups = read.group_count; groups > 0; --groups) {
      const auto& last = read.groups[groups - 1];
      const auto number = read.First(last.digits_until_end);
      if (!IsUsualGrouping(read, groups) || !IsIssuedCardRange(number) || !HasLuhnCheckDigit(number)) continue;
      if (!IsWhole(text, candidate.begin, last.text_end, read)) return std::nullopt;
      return Match{candidate.begin, last.text_end, std::string(number)};
    }
    return std::nullopt;
  }

  std::string Mask(std::string_view value) const override {
    return "****" + std::string(value.substr(value.size() - 4));
  }

 private:
  static bool IsUsualGrouping(const GroupedDigits& read, std::size_t groups) {
    using Grouping = std::array<std::size_t, 5>;
    constexpr std::array<Grouping, 4> kUsual = {Grouping{4, 4, 4, 4, 0}, Grouping{4, 4, 4, 4, 3},
                                                Grouping{4, 6, 5, 0, 0}, Grouping{4, 6, 4, 0, 0}};
    if (groups == 1) return true;
    for (const auto& usual : kUsual) {
      std::size_t same = 0;
      while (same < groups && same < usual.size() && usual[same] == read.GroupSize(same)) ++same;
      if (same == groups && (same == usual.size() || usual[same] == 0)) return true;
    }
    return false;
  }

  // Four groups of four out of five are an account or licence number; out of eight they are two cards.
  static bool IsWhole(std::string_view text, std::size_t begin, std::size_t end, const GroupedDigits& read) {
    constexpr std::size_t kGroups = 4;
    const GroupShape shape{read.separator, 4};
    if (shape.separator.empty() || read.GroupSize(1) != shape.width) return StandsAlone(text, begin, end);
    const auto before = CountGroupsBefore(text, begin, shape);
    const auto after = CountGroupsAfter(text, end, shape);
    if (before % kGroups != 0 || after % kGroups != 0) return false;
    return StandsAlone(text, begin, end) || before + after > 0;
  }
};

}  // namespace

std::unique_ptr<const Detector> MakePaymentCardDetector() {
  return std::make_unique<PaymentCardDetector>();
}

}  // namespace vigie::content
