// All detectors over any bytes. What they report lies within the text, in order, without overlap; scanning twice says
// the same; and what may be shown of it is masked as the pool demands.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/content/detector_table.h"
#include "core/content/pattern_scanner.h"
#include "core/content/user_detector.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using vigie::content::DetectedMatch;
using vigie::content::Detector;
using vigie::content::PatternScanner;

std::unique_ptr<const Detector> OwnDetector() {
  vigie::v1::UserDetector definition;
  definition.set_id("own");
  definition.set_pattern("[A-Z]{2}[0-9]{3,9}");
  definition.add_context("own*");
  return vigie::content::MakeUserDetector(definition);
}

PatternScanner& Scanner() {
  static const auto own = OwnDetector();
  static const std::vector<const Detector*> detectors = [] {
    std::vector<const Detector*> all(vigie::content::DetectorTable().begin(), vigie::content::DetectorTable().end());
    all.push_back(own.get());
    return all;
  }();
  static const auto scanner = PatternScanner::Compile(detectors);
  return **scanner;
}

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckMatch(std::string_view text, const DetectedMatch& found) {
  Require(found.match.begin < found.match.end && found.match.end <= text.size());
  const auto& detector = *Scanner().detectors()[found.detector];
  const auto value = detector.Canonical(text.substr(found.match.begin, found.match.end - found.match.begin));
  Require(!value.empty());
  const auto mask = detector.Mask(value);
  Require(mask.size() <= 32 && std::ranges::count(mask, '*') >= 3);
  Require(std::ranges::all_of(mask, [](char c) { return c >= ' ' && c <= '~'; }));
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
  const std::vector<DetectedMatch> matches = Scanner().Scan(text);
  std::size_t end = 0;
  for (const auto& found : matches) {
    Require(found.match.begin >= end);
    end = found.match.end;
    CheckMatch(text, found);
  }
  const auto& again = Scanner().Scan(text);
  Require(std::ranges::equal(matches, again, [](const DetectedMatch& a, const DetectedMatch& b) {
    return a.detector == b.detector && a.match.begin == b.match.begin && a.match.end == b.match.end;
  }));
}
