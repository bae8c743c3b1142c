#include <algorithm>
#include <array>

#include "core/content/detector_table.h"
#include "core/content/detectors/number_detector.h"
#include "core/content/validate/ascii.h"
#include "core/content/validate/international_numbers.h"

namespace vigie::content {
namespace {

constexpr std::size_t kReach = 100;

// Eight or eleven capitals are a word of any text in capitals: the label is looked for first, then the code around it.
class SwiftBicDetector final : public Detector {
 public:
  std::string_view name() const override { return "swift_bic"; }

  std::vector<std::string> patterns() const override {
    return {"[Bb][Ii][Cc][^A-Za-z]", "[Ss][Ww][Ii][Ff][Tt][^A-Za-z]"};
  }

  std::size_t Prove(std::string_view text, const Candidate& candidate, std::vector<Match>& found) const override {
    if (!IsLabel(text, candidate)) return candidate.fresh_from;
    const auto before = candidate.begin - std::min(candidate.begin, kReach);
    const auto end = std::min(text.size(), candidate.end + kReach);
    auto position = std::max(before, candidate.fresh_from);
    if (position >= end) return end;
    // A word that reaches into what was looked at is no new one.
    while (position > 0 && position < end && IsAlphanumeric(text[position - 1])) ++position;
    while (position < end) position = TakeWord(text, position, found);
    return end;
  }

  std::string Canonical(std::string_view written) const override { return CompactForm(written); }
  std::string Mask(std::string_view value) const override { return std::string(value.substr(0, 2)) + "******"; }

 private:
  // A word of its own, and no adjective: "the swift fox" goes on in small letters.
  static bool IsLabel(std::string_view text, const Candidate& candidate) {
    if (candidate.begin > 0 && IsLetter(text[candidate.begin - 1])) return false;
    const auto rest = text.substr(candidate.end);
    const bool is_prose =
        IsLower(text[candidate.begin]) && text[candidate.end - 1] == ' ' && !rest.empty() && IsLower(rest[0]);
    return !is_prose || rest.starts_with("code");
  }

  // Offers the word at `position`, if it is a code; returns where to go on.
  static std::size_t TakeWord(std::string_view text, std::size_t position, std::vector<Match>& found) {
    constexpr std::size_t kLongest = 11;
    auto end = position;
    while (end < text.size() && end - position <= kLongest && IsAlphanumeric(text[end])) ++end;
    if (end == position) return position + 1;
    if (IsBic(text.substr(position, end - position)))
      found.push_back({.begin = position, .end = end, .proof = Proof::kFair});
    while (end < text.size() && end - position < kReach && IsAlphanumeric(text[end])) ++end;
    return end;
  }
};

}  // namespace

std::unique_ptr<const Detector> MakeSwiftBicDetector() {
  return std::make_unique<SwiftBicDetector>();
}

}  // namespace vigie::content
