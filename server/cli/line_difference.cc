#include "server/cli/line_difference.h"

#include <algorithm>
#include <cstdint>
#include <sstream>

namespace vigie::cli {
namespace {

using Lines = std::vector<std::string>;

Lines SplitLines(const std::string& text) {
  Lines lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// longest[i][j]: how many lines the rests of both texts from i and j on have in common, in order.
std::vector<std::vector<std::uint32_t>> LongestCommon(const Lines& older, const Lines& newer) {
  std::vector<std::vector<std::uint32_t>> longest(older.size() + 1, std::vector<std::uint32_t>(newer.size() + 1));
  for (std::size_t i = older.size(); i-- > 0;) {
    for (std::size_t j = newer.size(); j-- > 0;) {
      longest[i][j] = older[i] == newer[j] ? longest[i + 1][j + 1] + 1 : std::max(longest[i + 1][j], longest[i][j + 1]);
    }
  }
  return longest;
}

}  // namespace

std::vector<std::string> LineDifference(const std::string& older, const std::string& newer) {
  const Lines before = SplitLines(older);
  const Lines after = SplitLines(newer);
  const auto longest = LongestCommon(before, after);
  std::vector<std::string> difference;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < before.size() || j < after.size()) {
    if (i < before.size() && j < after.size() && before[i] == after[j]) {
      difference.push_back("  " + before[i++]);
      ++j;
    } else if (j == after.size() || (i < before.size() && longest[i + 1][j] >= longest[i][j + 1])) {
      difference.push_back("- " + before[i++]);
    } else {
      difference.push_back("+ " + after[j++]);
    }
  }
  return difference;
}

}  // namespace vigie::cli
