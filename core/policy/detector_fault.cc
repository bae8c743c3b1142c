#include "core/policy/detector_fault.h"

#include <algorithm>
#include <array>

#include "core/identifiers/detector_classes.h"
#include "core/patterns/pattern_database.h"

namespace vigie::policy {
namespace {

constexpr std::size_t kMostPatternBytes = 1024;
constexpr std::size_t kShortestMatch = 4;  // shorter ones are everywhere
constexpr std::size_t kLongestMatch = 256;
constexpr int kMostContextWords = 64;
constexpr std::size_t kLongestContextWord = 64;

bool IsClassName(const std::string& id) {
  constexpr std::size_t kLongest = 64;
  const auto is_part = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !id.empty() && id.size() <= kLongest && id[0] >= 'a' && id[0] <= 'z' && std::ranges::all_of(id, is_part);
}

std::optional<DetectorFault> FindPatternFault(const v1::UserDetector& detector) {
  const auto fault = [](std::string reason) { return DetectorFault{"pattern", std::move(reason)}; };
  if (detector.pattern().empty()) return fault("must be given");
  if (detector.pattern().size() > kMostPatternBytes) return fault("must be at most 1024 bytes");
  if (detector.pattern().find('\0') != std::string::npos) return fault("must not contain a zero byte");
  // Files hold bytes of any kind, and Hyperscan's UTF-8 mode must not be given what is no UTF-8.
  if (detector.pattern().starts_with("(*"))
    return fault("must not begin with (*: (*UTF8) and (*UCP) are not for bytes");
  const patterns::SearchPattern pattern{detector.pattern(), detector.ignore_case(), true};
  const auto width = patterns::WidthOf(pattern);
  if (!width) return fault("is not understood: " + width.error().message);
  if (width->shortest < kShortestMatch) return fault("must match at least 4 bytes");
  if (width->longest > kLongestMatch) return fault("must match at most 256 bytes: * and + have no bound, {1,20} has");
  const std::array alone = {pattern};
  const auto compiled = patterns::PatternDatabase::Compile(alone, patterns::PatternKind::kExpressions);
  if (!compiled) return fault("is not understood: " + compiled.error().message);
  return std::nullopt;
}

std::optional<DetectorFault> FindContextFault(const v1::UserDetector& detector) {
  if (detector.context_size() > kMostContextWords) return DetectorFault{"context", "must have at most 64 words"};
  for (int i = 0; i < detector.context_size(); ++i) {
    const auto& word = detector.context(i);
    const bool is_right = word.size() >= 2 && word.size() <= kLongestContextWord && word != "**";
    if (!is_right) return DetectorFault{"context[" + std::to_string(i) + "]", "must be 2 to 64 bytes"};
  }
  if (detector.context_required() && detector.context().empty()) {
    return DetectorFault{"context_required", "needs words in context: without any nothing would ever count"};
  }
  return std::nullopt;
}

std::string CheckNames() {
  std::string names;
  for (const auto name : identifiers::NamedChecks()) names.append(names.empty() ? "" : ", ").append(name);
  return names;
}

}  // namespace

std::optional<DetectorFault> FindDetectorFault(const v1::UserDetector& detector) {
  if (!IsClassName(detector.id())) {
    return DetectorFault{"id", "must be 1 to 64 small letters, digits and '_', the first a letter"};
  }
  if (identifiers::IsDetectorClass(detector.id())) return DetectorFault{"id", "is the name of a class of the product"};
  if (auto fault = FindPatternFault(detector)) return fault;
  if (!detector.check().empty() && !identifiers::IsNamedCheck(detector.check())) {
    return DetectorFault{"check", "must be one of " + CheckNames()};
  }
  return FindContextFault(detector);
}

}  // namespace vigie::policy
