// Where digits begin, found by comparing bytes in registers, against looking at them one by one; and that what
// detectors find does not depend on where in a block of 64 bytes the text begins.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/content/detector_table.h"
#include "core/content/digit_runs.h"
#include "core/content/pattern_scanner.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using vigie::content::DetectedMatch;

bool IsDigitAt(std::string_view text, std::size_t position) {
  return position < text.size() && text[position] >= '0' && text[position] <= '9';
}

// As the contract of ForEachDigitRun says.
bool MayBeginNumber(std::string_view text, std::size_t position) {
  constexpr std::size_t kNear = 16;
  if (!IsDigitAt(text, position) || (position > 0 && IsDigitAt(text, position - 1))) return false;
  int digits = 0;
  for (std::size_t i = 0; i < kNear; ++i) digits += IsDigitAt(text, position + i) ? 1 : 0;
  auto behind = position;
  while (IsDigitAt(text, behind)) ++behind;
  return digits >= 3 || (behind < text.size() && text[behind] == ':' && behind - position < 64);
}

std::vector<std::size_t> SlowPlaces(std::string_view text, std::size_t step) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0, go_on = 0; i < text.size(); ++i) {
    if (i < go_on || !MayBeginNumber(text, i)) continue;
    places.push_back(i);
    go_on = i + step;
  }
  return places;
}

std::vector<std::size_t> FastPlaces(std::string_view text, std::size_t step) {
  std::vector<std::size_t> places;
  vigie::content::ForEachDigitRun(text, [&](std::size_t position) {
    places.push_back(position);
    return position + step;
  });
  return places;
}

std::vector<DetectedMatch> ScanBehind(std::size_t lines, std::string_view text) {
  static const auto scanner = vigie::content::PatternScanner::Compile(vigie::content::DetectorTable());
  auto matches = (*scanner)->Scan(std::string(lines, '\n').append(text));
  for (auto& found : matches) {
    found.match.begin -= lines;
    found.match.end -= lines;
  }
  return matches;
}

bool AreSame(const DetectedMatch& a, const DetectedMatch& b) {
  return a.detector == b.detector && a.match.begin == b.match.begin && a.match.end == b.match.end &&
         a.context_distance == b.context_distance;
}

}  // namespace

VIGIE_FUZZ(std::span<const std::byte> input) {
  const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
  if (text.empty()) return;
  for (const auto step : std::array<std::size_t, 3>{1, 5, 70}) {
    if (FastPlaces(text, step) != SlowPlaces(text, step)) std::abort();
  }
  const auto lines = 1U + static_cast<unsigned char>(text[0]) % 127U;
  if (!std::ranges::equal(ScanBehind(0, text), ScanBehind(lines, text), AreSame)) std::abort();
}
