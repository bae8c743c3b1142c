#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/content/content_buffer.h"
#include "core/content/distinct_counter.h"
#include "core/content/pattern_scanner.h"
#include "core/customers/customer_index.h"
#include "vigie/v1/finding.pb.h"

namespace vigie::content {

// Counts the matches of one detector over a whole inspection; keeps no match. Not thread-safe.
class ClassTally {
 public:
  static constexpr std::size_t kMostSamples = 3;

  void Add(const Match& match, const Detector& detector, const HashKey& key);
  std::uint64_t matches() const { return matches_; }
  v1::ClassFinding Report(std::string_view name) const;

 private:
  std::uint64_t matches_ = 0;
  DistinctCounter distinct_;
  std::vector<std::string> masked_samples_;
};

// Where all content of one inspection ends: the detectors and the customer indexes look at each buffer, and only
// counts, masked samples and record ids remain. Not thread-safe.
class Findings final : public ContentSink {
 public:
  using Detectors = std::span<const std::unique_ptr<const Detector>>;
  using Indexes = std::span<const customers::CustomerIndex* const>;

  struct Collaborators {
    const PatternScanner& scanner;
    Detectors detectors;  // those that `scanner` was compiled for
    Indexes indexes;
    const HashKey& key;
  };
  explicit Findings(const Collaborators& collaborators);

  void Take(const ContentBuffer& buffer) override;

  // Writes classes (sorted by name, only those found) and customers.
  void Report(v1::Inspection& inspection) const;

 private:
  Collaborators with_;
  std::vector<ClassTally> tallies_;  // as the detectors
  // Record ids mean nothing but in their own ledger, so indexes of several are never added up.
  struct OfLedger {
    std::string ledger;
    customers::RecordSet found;
    customers::RecordSet canaries;
    v1::CustomerFinding Report() const;
  };
  OfLedger& LedgerOf(const customers::IndexInfo& index);

  std::vector<OfLedger> customers_;
};

}  // namespace vigie::content
