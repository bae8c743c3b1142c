#pragma once

#include <set>

#include "core/content/scan_budget.h"
#include "vigie/v1/finding.pb.h"

namespace vigie::content {

// Keeps account of what was looked at and what was not, so that the answer cannot claim more than was done. Not
// thread-safe.
class Coverage {
 public:
  // Something was not inspected, and why.
  void Note(v1::Reason reason) { reasons_.insert(reason); }
  // Some content reached the detectors.
  void NoteInspected() { inspected_ = true; }
  bool inspected() const { return inspected_; }

  // Writes `evaluated` and `reasons`: full without any reason; partial if something was inspected beside what the
  // reasons name; none if nothing was.
  void Report(const ScanBudget& budget, v1::Inspection& inspection) const;

 private:
  std::set<v1::Reason> reasons_;
  bool inspected_ = false;
};

}  // namespace vigie::content
