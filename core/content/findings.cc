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
  if (!distinct_.Add(sighting.hash) || masked_samples_.size() >= kMostSamples) return;
  masked_samples_.push_back(detector.Mask(detector.Canonical(sighting.written)));
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
    : with_(collaborators), unhashed_(SipKeyOf(with_.key)), tallies_(collaborators.scanner.detectors().size()) {
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
  // Millions of distinct values do not fit a cache: each place in memory is asked for some values ahead.
  constexpr std::size_t kAhead = 16;
  const auto detectors = with_.scanner.detectors();
  pending_.clear();
  for (const auto& found : with_.scanner.Scan(buffer.text)) {
    if (!buffer.Owns(found.match.begin)) continue;  // a neighbouring buffer counts it
    const auto written = buffer.text.substr(found.match.begin, found.match.end - found.match.begin);
    pending_.push_back({found.detector, {written, found.certainty(), 0}});
  }
  HashPending();
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    if (i + kAhead < pending_.size()) {
      const auto& later = pending_[i + kAhead];
      tallies_[later.detector].Expect(later.sighting.hash);
    }
    tallies_[pending_[i].detector].Add(pending_[i].sighting, *detectors[pending_[i].detector]);
  }
}

void Findings::HashPending() {
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    auto& sighting = pending_[i].sighting;
    with_.scanner.detectors()[pending_[i].detector]->WriteCanonical(sighting.written, canonical_);
    if (!unhashed_.Add(canonical_)) {
      sighting.hash = KeyedHash(canonical_, with_.key);
      continue;
    }
    unhashed_places_[unhashed_.size() - 1] = i;
    if (unhashed_.full()) TakeHashes();
  }
  TakeHashes();
}

void Findings::TakeHashes() {
  const auto hashes = unhashed_.Finish();
  for (std::size_t i = 0; i < hashes.size(); ++i) pending_[unhashed_places_[i]].sighting.hash = hashes[i];
}

void Findings::Report(v1::Inspection& inspection) const {
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
