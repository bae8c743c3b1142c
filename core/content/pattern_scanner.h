#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/content/detector.h"
#include "platform/base/result.h"

struct hs_database;  // of <hs.h>
struct hs_scratch;

namespace vigie::content {

// A match and whose it is.
struct DetectedMatch {
  std::size_t detector = 0;  // its place in the table
  Match match;
};

// One pattern of one detector.
struct ScanPattern {
  std::string expression;
  std::size_t detector = 0;  // its place in the table
  std::size_t width = 0;     // bytes of each match
};

// All patterns of all detectors in one Hyperscan database: one pass over the text proposes candidates, the detectors
// prove them. Not thread-safe (one scratch space).
class PatternScanner {
 public:
  // kUnsupported on a processor without SSSE3; an error names the detector whose pattern does not compile or has no one
  // width.
  static base::Result<std::unique_ptr<PatternScanner>> Compile(
      std::span<const std::unique_ptr<const Detector>> detectors);
  ~PatternScanner();

  // What the detectors prove in `text`; where matches overlap, only the one of the earlier detector, or the one that
  // begins first. Sorted by place. Texts above 4 GiB are not for it.
  std::vector<DetectedMatch> Scan(std::string_view text) const;

 private:
  explicit PatternScanner(std::span<const std::unique_ptr<const Detector>> detectors) : detectors_(detectors) {}
  base::Result<void> CollectPatterns();
  base::Result<void> Build();

  std::span<const std::unique_ptr<const Detector>> detectors_;
  std::vector<ScanPattern> patterns_;
  hs_database* database_ = nullptr;
  hs_scratch* scratch_ = nullptr;
};

// Of overlapping matches keeps one: the earlier detector's, then the one that begins first. Sorted by place.
std::vector<DetectedMatch> ResolveOverlaps(std::vector<DetectedMatch> matches);

}  // namespace vigie::content
