#include "core/content/findings.h"

#include <algorithm>

namespace vigie::content {
namespace {

v1::Confidence ConfidenceOf(int certainty) {
  constexpr int kMedium = 3;
  constexpr int kHigh = 5;
  if (certainty >= kHigh) return v1::CONFIDENCE_HIGH;
  return certainty >= kMedium ? v1::CONFIDENCE_MEDIUM : v1::CONFIDENCE_LOW;
}

}  // namespace

void ClassTally::Add(std::string_view written, int certainty, const Detector& detector, const HashKey& key) {
  ++matches_;
  certainty_ = std::max(certainty_, certainty);
  const auto value = detector.Canonical(written);
  if (!distinct_.Add(KeyedHash(value, key))) return;
  if (masked_samples_.size() < kMostSamples) masked_samples_.push_back(detector.Mask(value));
}

v1::ClassFinding ClassTally::Report(std::string_view name) const {
  v1::ClassFinding finding;
  finding.set_class_(std::string(name));
  finding.set_matches(matches_);
  finding.set_distinct(distinct_.count());
  finding.set_confidence(ConfidenceOf(certainty_));
  for (const auto& sample : masked_samples_) finding.add_masked_samples(sample);
  return finding;
}

Findings::Findings(const Collaborators& collaborators)
    : with_(collaborators), tallies_(collaborators.scanner.detectors().size()) {
}

void Findings::Take(const ContentBuffer& buffer) {
  for (const auto& found : with_.scanner.Scan(buffer.text)) {
    if (!buffer.Owns(found.match.begin)) continue;  // a neighbouring buffer counts it
    const auto written = buffer.text.substr(found.match.begin, found.match.end - found.match.begin);
    tallies_[found.detector].Add(written, found.certainty(), *with_.scanner.detectors()[found.detector], with_.key);
  }
  // Context that is matched twice is the same customer twice: a set does not mind.
  for (const auto* index : with_.indexes) index->Match(buffer.text, customers_);
}

void Findings::Report(v1::Inspection& inspection) const {
  std::vector<v1::ClassFinding> classes;
  for (std::size_t i = 0; i < tallies_.size(); ++i) {
    if (tallies_[i].matches() > 0) classes.push_back(tallies_[i].Report(with_.scanner.detectors()[i]->name()));
  }
  std::ranges::sort(classes, {}, &v1::ClassFinding::class_);
  for (auto& found : classes) *inspection.add_classes() = std::move(found);
  auto& customers = *inspection.mutable_customers();
  customers.set_distinct(customers_.size());
  customers.set_records(customers_.Serialize());
}

}  // namespace vigie::content
