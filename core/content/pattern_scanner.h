#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/content/content_buffer.h"
#include "core/content/context_finder.h"
#include "core/content/match_collector.h"
#include "core/content/number_scanner.h"
#include "core/patterns/pattern_database.h"
#include "platform/base/result.h"

namespace vigie::content {

// One pattern of one detector.
struct ScanPattern {
  std::size_t detector = 0;  // its place in the table
  std::size_t width = 0;     // bytes of each match; 0 = of several widths
};

// All detectors over a text. The patterns of all of them run as one Hyperscan pass; words with digits, of which dense
// data has one at every other byte, are found by comparing bytes in registers, because a report for each would cost
// more than reading the word; so are signs, such as the @ of addresses. Not thread-safe (scratch space).
class PatternScanner {
 public:
  // Of detectors that live longer than the scanner. kUnsupported on a processor without SSSE3; an error names the
  // detector whose pattern does not compile or has no one width.
  static base::Result<std::unique_ptr<PatternScanner>> Compile(std::span<const Detector* const> detectors);

  // What the detectors prove in a buffer's text; overlaps are resolved to one. By rising place. Valid until the next
  // scan. Texts above 4 GiB are not for it.
  const std::vector<DetectedMatch>& Scan(const ContentBuffer& buffer);
  // Of a text that is no piece of another.
  const std::vector<DetectedMatch>& Scan(std::string_view text) {
    return Scan(ContentBuffer{text, {}, 0, text.size()});
  }

  std::span<const Detector* const> detectors() const { return detectors_; }

 private:
  explicit PatternScanner(std::span<const Detector* const> detectors)
      : detectors_(detectors), looked_until_(detectors.size()), proven_until_(detectors.size()) {}
  base::Result<void> Build();
  base::Result<std::vector<patterns::SearchPattern>> CollectPatterns();
  void FindSigns();
  void Propose(const ScanPattern& pattern, std::size_t begin, std::size_t end);
  void ProposeSigns(std::size_t until);

  std::span<const Detector* const> detectors_;
  // A detector's sign, and where the next one stands in the text.
  struct Sign {
    char character = 0;
    ScanPattern pattern;
    std::size_t next = 0;
  };
  std::vector<ScanPattern> patterns_;
  std::vector<Sign> signs_;
  std::unique_ptr<patterns::PatternDatabase> database_;
  std::unique_ptr<ContextFinder> contexts_;
  std::unique_ptr<NumberScanner> numbers_;
  std::unique_ptr<MatchCollector> collector_;
  std::string_view text_;                  // during a scan
  std::vector<std::size_t> looked_until_;  // by detector
  std::vector<std::size_t> proven_until_;  // by detector
  std::vector<Match> proven_;
};

}  // namespace vigie::content
