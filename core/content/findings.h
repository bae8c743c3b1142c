#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/content/content_buffer.h"
#include "core/content/distinct_counter.h"
#include "core/content/pattern_scanner.h"
#include "core/customers/customer_index.h"
#include "core/customers/sip_lanes.h"
#include "vigie/v1/finding.pb.h"

namespace vigie::content {

// Counts the matches of one detector over a whole inspection; keeps no match. Not thread-safe.
class ClassTally {
 public:
  static constexpr std::size_t kMostSamples = 3;

  struct Sighting {
    std::string_view written;  // what was matched
    int certainty = 0;
    std::uint64_t hash = 0;  // of its canonical value
  };
  void Add(const Sighting& sighting, const Detector& detector);
  std::uint64_t matches() const { return matches_; }
  std::uint64_t distinct() { return distinct_.count(); }
  v1::ClassFinding Report(std::string_view name);

 private:
  void TakeSample(const Sighting& sighting, const Detector& detector);

  std::uint64_t matches_ = 0;
  int certainty_ = 0;  // of the surest match
  DistinctCounter distinct_;
  std::vector<std::uint64_t> sampled_;  // hashes
  std::vector<std::string> masked_samples_;
};

// Where all content of one inspection ends: the detectors and the customer indexes look at each buffer, and only
// counts, masked samples and record ids remain. Not thread-safe.
class Findings final : public ContentSink {
 public:
  using Indexes = std::span<const customers::CustomerIndex* const>;

  struct Collaborators {
    PatternScanner& scanner;
    Indexes indexes;
    const HashKey& key;
  };
  explicit Findings(const Collaborators& collaborators);

  void Take(const ContentBuffer& buffer) override;

  // Writes classes (sorted by name, only those found) and customers.
  void Report(v1::Inspection& inspection);

 private:
  Collaborators with_;
  // Record ids mean nothing but in their own ledger, so indexes of several are never added up.
  struct OfLedger {
    std::string ledger;
    customers::RecordSet found;
    customers::RecordSet canaries;
    v1::CustomerFinding Report() const;
  };
  void TakeMatches(const ContentBuffer& buffer);
  void TakeMatch(const DetectedMatch& found, std::string_view written);
  void TakeHashes();
  void Count(const DetectedMatch& found, const ClassTally::Sighting& sighting);
  OfLedger& LedgerOf(const customers::IndexInfo& index);

  // Values that wait for their hash.
  struct Unhashed {
    const DetectedMatch* found;
    std::string_view written;
  };
  customers::SipLanes lanes_;
  std::array<Unhashed, customers::SipLanes::kLanes> unhashed_{};
  std::string canonical_;            // of one value
  std::vector<ClassTally> tallies_;  // as the scanner's detectors
  std::vector<OfLedger> customers_;
};

}  // namespace vigie::content
