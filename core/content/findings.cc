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

void ClassTally::Add(const Sighting& sighting, const Detector& detector) {
  ++matches_;
  certainty_ = std::max(certainty_, sighting.certainty);
  distinct_.Add(sighting.hash);
  if (sampled_.size() < kMostSamples) TakeSample(sighting, detector);
}

void ClassTally::TakeSample(const Sighting& sighting, const Detector& detector) {
  if (std::ranges::find(sampled_, sighting.hash) != sampled_.end()) return;
  sampled_.push_back(sighting.hash);
  masked_samples_.push_back(detector.Mask(detector.Canonical(sighting.written)));
}

v1::ClassFinding ClassTally::Report(std::string_view name) {
  v1::ClassFinding finding;
  finding.set_class_(std::string(name));
  finding.set_matches(matches_);
  finding.set_distinct(distinct_.count());
  finding.set_confidence(ConfidenceOf(certainty_));
  for (const auto& sample : masked_samples_) finding.add_masked_samples(sample);
  return finding;
}

Findings::Findings(const Collaborators& collaborators)
    : with_(collaborators), lanes_(SipKeyOf(with_.key)), tallies_(collaborators.scanner.detectors().size()) {
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
  TakeMatches(buffer);
  // Context that is matched twice is the same customer twice: a set does not mind.
  for (const auto* index : with_.indexes) index->Match(buffer.text, LedgerOf(index->info()).found);
}

void Findings::TakeMatches(const ContentBuffer& buffer) {
  for (const auto& found : with_.scanner.Scan(buffer)) {
    if (!buffer.Owns(found.match.begin)) continue;  // a neighbouring buffer counts it
    TakeMatch(found, buffer.text.substr(found.match.begin, found.match.end - found.match.begin));
  }
  TakeHashes();
}

void Findings::TakeMatch(const DetectedMatch& found, std::string_view written) {
  with_.scanner.detectors()[found.detector]->WriteCanonical(written, canonical_);
  if (!lanes_.Add(canonical_)) {
    TakeHashes();  // samples are the first values
    return Count(found, {written, found.certainty(), KeyedHash(canonical_, with_.key)});
  }
  unhashed_[lanes_.size() - 1] = {&found, written};
  if (lanes_.full()) TakeHashes();
}

void Findings::TakeHashes() {
  const auto hashes = lanes_.Finish();
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    const auto& [found, written] = unhashed_[i];
    Count(*found, {written, found->certainty(), hashes[i]});
  }
}

void Findings::Count(const DetectedMatch& found, const ClassTally::Sighting& sighting) {
  tallies_[found.detector].Add(sighting, *with_.scanner.detectors()[found.detector]);
}

void Findings::Report(v1::Inspection& inspection) {
  std::vector<v1::ClassFinding> classes;
  for (std::size_t i = 0; i < tallies_.size(); ++i) {
    const auto& detector = *with_.scanner.detectors()[i];
    if (tallies_[i].matches() == 0 || tallies_[i].distinct() < detector.at_least()) continue;
    classes.push_back(tallies_[i].Report(detector.name()));
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
