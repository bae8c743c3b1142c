// A policy's own detector: two lines say its pattern and its context, the rest is text. What core/policy finds good
// compiles, and reports what lies within the text, in order, within the lengths that policies allow.
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/content/pattern_scanner.h"
#include "core/content/user_detector.h"
#include "core/identifiers/detector_classes.h"
#include "core/policy/detector_fault.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

std::string TakeLine(std::string_view& rest) {
  const auto end = rest.find('\n');
  std::string line(rest.substr(0, end));
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

vigie::v1::UserDetector TakeDefinition(std::string_view& rest) {
  const auto flags = rest.empty() ? 0U : static_cast<unsigned char>(rest[0]);
  rest.remove_prefix(rest.empty() ? 0 : 1);
  const auto checks = vigie::identifiers::NamedChecks();
  vigie::v1::UserDetector definition;
  definition.set_id("own");
  definition.set_ignore_case((flags & 1) != 0);
  definition.set_context_required((flags & 2) != 0);
  if ((flags & 4) != 0) definition.set_check(std::string(checks[(flags >> 3) % checks.size()]));
  definition.set_pattern(TakeLine(rest));
  if (auto word = TakeLine(rest); !word.empty()) definition.add_context(std::move(word));
  return definition;
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
  const auto definition = TakeDefinition(text);
  if (vigie::policy::FindDetectorFault(definition)) return;
  const auto detector = vigie::content::MakeUserDetector(definition);
  const std::vector<const vigie::content::Detector*> detectors = {detector.get()};
  const auto scanner = vigie::content::PatternScanner::Compile(detectors);
  if (!scanner) std::abort();
  std::size_t end = 0;
  for (const auto& found : (*scanner)->Scan(text)) {
    constexpr std::size_t kLongestMatch = 256;
    if (found.match.begin < end || found.match.end > text.size()) std::abort();
    if (found.match.end <= found.match.begin || found.match.end - found.match.begin > kLongestMatch) std::abort();
    end = found.match.end;
  }
}
