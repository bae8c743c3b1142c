#include "core/content/user_detector.h"

#include "core/content/detectors/number_detector.h"
#include "core/content/validate/ascii.h"
#include "core/content/validate/named_check.h"

namespace vigie::content {
namespace {

class UserDetector final : public Detector {
 public:
  explicit UserDetector(const v1::UserDetector& definition) : definition_(definition) {
    for (const auto& word : definition_.context()) words_.emplace_back(word);
  }

  std::string_view name() const override { return definition_.id(); }
  std::span<const std::string_view> context_words() const override { return words_; }

  std::vector<std::string> patterns() const override {
    return {(definition_.ignore_case() ? "(?i)" : "") + definition_.pattern()};
  }

  std::uint64_t at_least() const override { return definition_.at_least(); }

  std::size_t Prove(std::string_view text, const Candidate& candidate, std::vector<Match>& found) const override {
    const auto written = text.substr(candidate.begin, candidate.end - candidate.begin);
    if (Stands(text, candidate) && Passes(written)) {
      found.push_back({.begin = candidate.begin,
                       .end = candidate.end,
                       .proof = definition_.check().empty() ? Proof::kWeak : Proof::kFair,
                       .needs_context = definition_.context_required()});
    }
    return candidate.fresh_from;
  }

  std::string Canonical(std::string_view written) const override {
    auto compact = CompactForm(written);
    return compact.empty() ? std::string(written) : compact;
  }

  std::string Mask(std::string_view value) const override { return MaskAllButTwo(value); }

 private:
  // A pattern means the whole of a word: no piece of a longer one.
  static bool Stands(std::string_view text, const Candidate& candidate) {
    const auto joins = [&](std::size_t left, std::size_t right) {
      return IsAlphanumeric(text[left]) && IsAlphanumeric(text[right]);
    };
    if (candidate.begin > 0 && joins(candidate.begin - 1, candidate.begin)) return false;
    return candidate.end == text.size() || !joins(candidate.end - 1, candidate.end);
  }

  bool Passes(std::string_view written) const {
    return definition_.check().empty() || PassesNamedCheck(definition_.check(), CompactForm(written));
  }

  const v1::UserDetector definition_;
  std::vector<std::string_view> words_;  // of definition_
};

}  // namespace

std::unique_ptr<const Detector> MakeUserDetector(const v1::UserDetector& definition) {
  return std::make_unique<UserDetector>(definition);
}

}  // namespace vigie::content
