#include "core/identifiers/iban.h"

#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/grouped_digits.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/ascii.h"

namespace vigie::content {
namespace {

constexpr std::size_t kGroup = 4;

// A country code with two check digits at the beginning of a word. Written without spaces, or in groups of four (ISO
// 13616-1, 6).
class IbanDetector final : public Detector {
 public:
  std::string_view name() const override { return "iban"; }

  std::uint8_t word_starts() const override { return static_cast<std::uint8_t>(WordStart::kCountryAndCheck); }

  std::size_t Prove(std::string_view text, const Candidate& candidate, std::vector<Match>& found) const override {
    const std::array country = {ToUpper(text[candidate.begin]), ToUpper(text[candidate.begin + 1])};
    const auto length = identifiers::IbanLength({country.data(), country.size()});
    if (!length) return candidate.end;
    const auto end = Read(text, candidate.begin, *length);
    if (end == candidate.begin) return candidate.end;
    if (identifiers::IsIban(CompactForm(text.substr(candidate.begin, end - candidate.begin)))) {
      found.push_back({.begin = candidate.begin, .end = end});
    }
    return end;
  }

  std::string Canonical(std::string_view written) const override { return CompactForm(written); }
  std::string Mask(std::string_view value) const override { return std::string(value.substr(0, kGroup)) + "****"; }

 private:
  // Where `length` characters from `begin` on end; `begin` if they do not stand there on their own.
  static std::size_t Read(std::string_view text, std::size_t begin, std::size_t length) {
    const auto separator = text.substr(begin + kGroup, SeparatorLength(text, begin + kGroup));
    auto position = begin;
    for (std::size_t count = 0; count < length; ++count) {
      if (count > 0 && count % kGroup == 0 && !separator.empty()) {
        if (!text.substr(position).starts_with(separator)) return begin;
        position += separator.size();
      }
      if (position >= text.size() || !IsAlphanumeric(text[position])) return begin;
      ++position;
    }
    return position == text.size() || !IsAlphanumeric(text[position]) ? position : begin;
  }
};

}  // namespace

std::unique_ptr<const Detector> MakeIbanDetector() {
  return std::make_unique<IbanDetector>();
}

}  // namespace vigie::content
