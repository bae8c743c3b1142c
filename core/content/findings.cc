#include "core/content/findings.h"

#include <algorithm>

namespace vigie::content {

void ClassTally::Add(const Match& match, const Detector& detector, const HashKey& key) {
  ++matches_;
  if (!distinct_.Add(KeyedHash(match.value, key))) return;
  if (masked_samples_.size() < kMostSamples) masked_samples_.push_back(detector.Mask(match.value));
}

v1::ClassFinding ClassTally::Report(std::string_view name) const {
  v1::ClassFinding finding;
  finding.set_class_(std::string(name));
  finding.set_matches(matches_);
  finding.set_distinct(distinct_.count());
  for (const auto& sample : masked_samples_) finding.add_masked_samples(sample);
  return finding;
}

Findings::Findings(const Collaborators& collaborators)
    : with_(collaborators), tallies_(collaborators.detectors.size()) {
  for (const auto* index : with_.indexes) {
    const auto& info = index->info();
    const auto same = [&](const OfLedger& of_ledger) { return of_ledger.ledger == info.ledger; };
    if (std::ranges::none_of(customers_, same)) customers_.push_back({info.ledger, {}, {}});
    LedgerOf(info).canaries.Unite(info.canaries);
  }
}

Findings::OfLedger& Findings::LedgerOf(const customers::IndexInfo& index) {
  return *std::ranges::find(customers_, index.ledger, &OfLedger::ledger);
}

void Findings::Take(const ContentBuffer& buffer) {
  for (const auto& found : with_.scanner.Scan(buffer.text)) {
    if (!buffer.Owns(found.match.begin)) continue;  // a neighbouring buffer counts it
    tallies_[found.detector].Add(found.match, *with_.detectors[found.detector], with_.key);
  }
  // Context that is matched twice is the same customer twice: a set does not mind.
  for (const auto* index : with_.indexes) index->Match(buffer.text, LedgerOf(index->info()).found);
}

void Findings::Report(v1::Inspection& inspection) const {
  std::vector<v1::ClassFinding> classes;
  for (std::size_t i = 0; i < tallies_.size(); ++i) {
    if (tallies_[i].matches() > 0) classes.push_back(tallies_[i].Report(with_.detectors[i]->name()));
  }
  std::ranges::sort(classes, {}, &v1::ClassFinding::class_);
  for (auto& found : classes) *inspection.add_classes() = std::move(found);
  inspection.mutable_customers();
  for (const auto& of_ledger : customers_) {
    auto finding = of_ledger.Report();
    if (finding.distinct() > inspection.customers().distinct()) finding.Swap(inspection.mutable_customers());
    if (finding.distinct() > 0) *inspection.add_customers_of_other_ledgers() = std::move(finding);
  }
}

v1::CustomerFinding Findings::OfLedger::Report() const {
  v1::CustomerFinding finding;
  finding.set_distinct(found.size());
  finding.set_records(found.Serialize());
  finding.set_canaries(found.CommonWith(canaries));
  finding.set_ledger(ledger);
  return finding;
}

}  // namespace vigie::content
