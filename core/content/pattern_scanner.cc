#include "core/content/pattern_scanner.h"

#include <hs/hs.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <tuple>
#include <utility>

namespace vigie::content {
namespace {

using Detectors = std::span<const std::unique_ptr<const Detector>>;

constexpr unsigned kFlags = HS_FLAG_DOTALL;

// One pass: proves each candidate as it is reported.
class Pass {
 public:
  Pass(std::string_view text, Detectors detectors, std::span<const ScanPattern> patterns)
      : text_(text), detectors_(detectors), patterns_(patterns), proven_until_(detectors.size()) {}

  static int OnMatch(unsigned pattern, unsigned long long, unsigned long long end, unsigned, void* self) {
    static_cast<Pass*>(self)->Propose(pattern, static_cast<std::size_t>(end));
    return 0;
  }

  std::vector<DetectedMatch> TakeMatches() { return std::move(matches_); }

 private:
  void Propose(unsigned pattern, std::size_t end) {
    const auto detector = patterns_[pattern].detector;
    const Candidate candidate{end - patterns_[pattern].width, end};
    // Inside what this detector has already proven there is nothing new to find.
    if (candidate.begin < proven_until_[detector]) return;
    auto match = detectors_[detector]->Prove(text_, candidate);
    if (!match) return;
    proven_until_[detector] = match->end;
    matches_.push_back({detector, *std::move(match)});
  }

  std::string_view text_;
  Detectors detectors_;
  std::span<const ScanPattern> patterns_;
  std::vector<std::size_t> proven_until_;
  std::vector<DetectedMatch> matches_;
};

base::Error PatternError(std::string_view detector, std::string_view problem) {
  return {base::ErrorCode::kInternal,
          "compile the patterns of detector " + std::string(detector) + ": " + std::string(problem)};
}

base::Error TakeCompileError(hs_compile_error_t* error, std::string_view detector) {
  const std::string message = error->message;
  hs_free_compile_error(error);
  return PatternError(detector, message);
}

// The one width of what `expression` matches.
base::Result<std::size_t> WidthOf(const std::string& expression, std::string_view detector) {
  hs_expr_info_t* info = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_expression_info(expression.c_str(), kFlags, &info, &error) != HS_SUCCESS)
    return TakeCompileError(error, detector);
  const std::unique_ptr<hs_expr_info_t, void (*)(void*)> owned(info, std::free);
  if (info->min_width != info->max_width) return PatternError(detector, expression + " matches more than one width");
  return std::size_t{info->min_width};
}

}  // namespace

base::Result<std::unique_ptr<PatternScanner>> PatternScanner::Compile(Detectors detectors) {
  if (hs_valid_platform() != HS_SUCCESS) {
    return base::Error{base::ErrorCode::kUnsupported, "content patterns need a processor with SSSE3 (Hyperscan)"};
  }
  std::unique_ptr<PatternScanner> scanner(new PatternScanner(detectors));
  const auto built = scanner->Build();
  if (!built) return built.error();
  return scanner;
}

base::Result<void> PatternScanner::CollectPatterns() {
  for (std::size_t i = 0; i < detectors_.size(); ++i) {
    for (auto& expression : detectors_[i]->patterns()) {
      const auto width = WidthOf(expression, detectors_[i]->name());
      if (!width) return width.error();
      patterns_.push_back({std::move(expression), i, *width});
    }
  }
  return {};
}

base::Result<void> PatternScanner::Build() {
  if (const auto collected = CollectPatterns(); !collected) return collected.error();
  std::vector<const char*> expressions;
  std::vector<unsigned> ids;
  for (const auto& pattern : patterns_) {
    ids.push_back(static_cast<unsigned>(expressions.size()));
    expressions.push_back(pattern.expression.c_str());
  }
  const std::vector<unsigned> flags(ids.size(), kFlags);
  hs_compile_error_t* error = nullptr;
  if (hs_compile_multi(expressions.data(), flags.data(), ids.data(), static_cast<unsigned>(ids.size()), HS_MODE_BLOCK,
                       nullptr, &database_, &error) != HS_SUCCESS) {
    return TakeCompileError(error, "(all)");
  }
  if (hs_alloc_scratch(database_, &scratch_) == HS_SUCCESS) return {};
  return base::Error{base::ErrorCode::kResourceExhausted, "no memory for scanning patterns"};
}

PatternScanner::~PatternScanner() {
  hs_free_scratch(scratch_);
  hs_free_database(database_);
}

std::vector<DetectedMatch> PatternScanner::Scan(std::string_view text) const {
  Pass pass(text, detectors_, patterns_);
  // The callback never stops it and block mode on a valid database does not fail.
  (void)hs_scan(database_, text.data(), static_cast<unsigned>(text.size()), 0, scratch_, &Pass::OnMatch, &pass);
  return ResolveOverlaps(pass.TakeMatches());
}

std::vector<DetectedMatch> ResolveOverlaps(std::vector<DetectedMatch> matches) {
  const auto place = [](const DetectedMatch& found) { return std::tuple(found.match.begin, found.detector); };
  std::ranges::sort(matches, {}, place);
  std::vector<DetectedMatch> kept;
  for (auto& next : matches) {
    bool is_best = true;
    while (!kept.empty() && kept.back().match.end > next.match.begin) {
      if (kept.back().detector <= next.detector) {
        is_best = false;
        break;
      }
      kept.pop_back();
    }
    if (is_best) kept.push_back(std::move(next));
  }
  return kept;
}

}  // namespace vigie::content
