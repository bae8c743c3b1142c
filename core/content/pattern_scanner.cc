#include "core/content/pattern_scanner.h"

#include <algorithm>
#include <string>
#include <utility>

namespace vigie::content {
namespace {

constexpr std::size_t kSignWidth = 3;  // with what stands around it

base::Error Named(const base::Error& error, const Detector& detector) {
  return error.Wrap("compile the patterns of detector " + std::string(detector.name()));
}

}  // namespace

base::Result<std::unique_ptr<PatternScanner>> PatternScanner::Compile(std::span<const Detector* const> detectors) {
  std::unique_ptr<PatternScanner> scanner(new PatternScanner(detectors));
  const auto built = scanner->Build();
  if (!built) return built.error();
  return scanner;
}

base::Result<std::vector<patterns::SearchPattern>> PatternScanner::CollectPatterns() {
  std::vector<patterns::SearchPattern> expressions;
  for (std::size_t i = 0; i < detectors_.size(); ++i) {
    for (auto& text : detectors_[i]->patterns()) {
      patterns::SearchPattern expression{.text = std::move(text)};
      const auto width = patterns::WidthOf(expression);
      if (!width) return Named(width.error(), *detectors_[i]);
      const bool is_fixed = width->shortest == width->longest;
      expression.report_begin = !is_fixed;
      expressions.push_back(std::move(expression));
      patterns_.push_back({i, is_fixed ? width->shortest : 0});
    }
  }
  return expressions;
}

void PatternScanner::FindSigns() {
  for (std::size_t i = 0; i < detectors_.size(); ++i) {
    if (detectors_[i]->sign() != 0) signs_.push_back({detectors_[i]->sign(), {i, kSignWidth}, 0});
  }
}

base::Result<void> PatternScanner::Build() {
  FindSigns();
  const auto expressions = CollectPatterns();
  if (!expressions) return expressions.error();
  if (!expressions->empty()) {
    int failed = 0;
    auto database = patterns::PatternDatabase::Compile(*expressions, patterns::PatternKind::kExpressions, &failed);
    if (!database && failed >= 0 && static_cast<std::size_t>(failed) < patterns_.size()) {
      return Named(database.error(), *detectors_[patterns_[static_cast<std::size_t>(failed)].detector]);
    }
    if (!database) return database.error();
    database_ = *std::move(database);
  }
  auto contexts = ContextFinder::Compile(detectors_);
  if (!contexts) return contexts.error();
  contexts_ = *std::move(contexts);
  auto numbers = NumberScanner::Build(detectors_);
  if (!numbers) return numbers.error();
  numbers_ = *std::move(numbers);
  collector_ = std::make_unique<MatchCollector>(detectors_, *contexts_);
  return {};
}

const std::vector<DetectedMatch>& PatternScanner::Scan(const ContentBuffer& buffer) {
  const auto text = buffer.text;
  text_ = text;
  collector_->Reset(buffer);
  numbers_->Scan(text, *collector_);
  collector_->StartOver();
  std::ranges::fill(looked_until_, 0);
  std::ranges::fill(proven_until_, 0);
  for (auto& sign : signs_) sign.next = text.find(sign.character, 1);
  auto take = [this](unsigned pattern, std::size_t begin, std::size_t end) {
    ProposeSigns(end);
    const auto& found = patterns_[pattern];
    Propose(found, found.width > 0 ? end - found.width : begin, end);
  };
  if (database_ != nullptr) database_->Scan(text, take);
  ProposeSigns(text.size());
  return collector_->Finish();
}

// Those whose candidates end there at the latest, so that all candidates come by about rising ends.
void PatternScanner::ProposeSigns(std::size_t until) {
  for (auto& sign : signs_) {
    while (sign.next < until && until - sign.next >= 2) {
      Propose(sign.pattern, sign.next - 1, sign.next + 2);
      sign.next = text_.find(sign.character, sign.next + 1);
    }
  }
}

void PatternScanner::Propose(const ScanPattern& pattern, std::size_t begin, std::size_t end) {
  // Inside what this detector has already proven there is nothing new to find, but a longer reading of the same.
  if (pattern.width > 0 && begin < proven_until_[pattern.detector]) return;
  proven_.clear();
  auto& looked_until = looked_until_[pattern.detector];
  const Candidate candidate{begin, end, looked_until};
  looked_until = std::max(looked_until, detectors_[pattern.detector]->Prove(text_, candidate, proven_));
  for (const auto& match : proven_) {
    if (!collector_->Offer(pattern.detector, match)) continue;
    proven_until_[pattern.detector] = std::max(proven_until_[pattern.detector], match.end);
  }
}

}  // namespace vigie::content
