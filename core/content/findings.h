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

  // `written` is what was matched; `certainty` that of the match.
  void Add(std::string_view written, int certainty, const Detector& detector, const HashKey& key);
  std::uint64_t matches() const { return matches_; }
  v1::ClassFinding Report(std::string_view name) const;

 private:
  std::uint64_t matches_ = 0;
  int certainty_ = 0;  // of the surest match
  DistinctCounter distinct_;
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
  void Report(v1::Inspection& inspection) const;

 private:
  Collaborators with_;
  std::vector<ClassTally> tallies_;  // as the scanner's detectors
  customers::RecordSet customers_;
};

}  // namespace vigie::content
