#include "core/content/detector_table.h"
#include "core/content/detectors/grouped_digits.h"
#include "core/content/validate/ascii.h"
#include "core/content/validate/iban_check.h"

namespace vigie::content {
namespace {

constexpr std::size_t kGroup = 4;

// A country code with two check digits, not inside a word. Written without spaces, or in groups of four (ISO 13616-1,
// 6).
class IbanDetector final : public Detector {
 public:
  std::string_view name() const override { return "iban"; }

  std::vector<std::string> patterns() const override {
    std::string countries;
    for (const auto& country : IbanCountries()) {
      countries += (countries.empty() ? "" : "|") + std::string(country.code);
    }
    return {"(?i)(?:" + countries + ")[0-9]{2}"};
  }

  std::optional<Match> Prove(std::string_view text, const Candidate& candidate) const override {
    const auto begin = candidate.begin;
    if (begin > 0 && IsAlphanumeric(text[begin - 1])) return std::nullopt;
    const std::string country = {ToUpper(text[begin]), ToUpper(text[begin + 1])};
    const auto length = IbanLength(country);
    if (!length) return std::nullopt;
    Match match{.begin = begin, .end = begin, .value = ""};
    if (!Read(text, *length, match) || !IsIban(match.value)) return std::nullopt;
    return match;
  }

  std::string Mask(std::string_view value) const override { return std::string(value.substr(0, kGroup)) + "****"; }

 private:
  // Reads `length` characters from match.begin on into the value; false if they do not stand there on their own.
  static bool Read(std::string_view text, std::size_t length, Match& match) {
    const auto separator = text.substr(match.begin + kGroup, SeparatorLength(text, match.begin + kGroup));
    auto position = match.begin;
    while (match.value.size() < length) {
      const bool group_ended = !match.value.empty() && match.value.size() % kGroup == 0;
      if (group_ended && !separator.empty()) {
        if (!text.substr(position).starts_with(separator)) return false;
        position += separator.size();
      }
      if (position >= text.size() || !IsAlphanumeric(text[position])) return false;
      match.value.push_back(ToUpper(text[position++]));
    }
    match.end = position;
    return position == text.size() || !IsAlphanumeric(text[position]);
  }
};

}  // namespace

std::unique_ptr<const Detector> MakeIbanDetector() {
  return std::make_unique<IbanDetector>();
}

}  // namespace vigie::content
