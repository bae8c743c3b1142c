#include "platform/base/line_difference.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <sstream>

namespace vigie::base {
namespace {

using Lines = std::vector<std::string>;
using Part = std::span<const std::string>;

constexpr std::size_t kMostCells = std::size_t{2000} * 2000;

Lines SplitLines(const std::string& text) {
  Lines lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// longest[i][j]: how many lines the rests of both texts from i and j on have in common, in order.
std::vector<std::vector<std::uint32_t>> LongestCommon(Part older, Part newer) {
  std::vector<std::vector<std::uint32_t>> longest(older.size() + 1, std::vector<std::uint32_t>(newer.size() + 1));
  for (std::size_t i = older.size(); i-- > 0;) {
    for (std::size_t j = newer.size(); j-- > 0;) {
      longest[i][j] = older[i] == newer[j] ? longest[i + 1][j + 1] + 1 : std::max(longest[i + 1][j], longest[i][j + 1]);
    }
  }
  return longest;
}

void Put(std::string_view mark, Part lines, Lines& difference) {
  for (const std::string& line : lines) difference.push_back(std::string(mark) + line);
}

void CompareWhole(Part before, Part after, Lines& difference) {
  Put("- ", before, difference);
  Put("+ ", after, difference);
}

void CompareLines(Part before, Part after, Lines& difference) {
  const auto longest = LongestCommon(before, after);
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
}

// One hunk: the lines from `begin` to `end` of the difference, of which `before` and `after` precede it in the texts.
struct Hunk {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::vector<Hunk> FindHunks(const Lines& difference, std::size_t context) {
  std::vector<Hunk> hunks;
  for (std::size_t i = 0; i < difference.size(); ++i) {
    if (difference[i].front() == ' ') continue;
    const std::size_t begin = i > context ? i - context : 0;
    const std::size_t end = std::min(difference.size(), i + 1 + context);
    if (!hunks.empty() && begin <= hunks.back().end) {
      hunks.back().end = end;
    } else {
      hunks.push_back({begin, end});
    }
  }
  return hunks;
}

// "12,3": where lines of one text begin and how many they are; none of them stand behind the line before.
std::string RangeText(std::size_t before, std::size_t count) {
  return std::to_string(count == 0 ? before : before + 1) + "," + std::to_string(count);
}

std::size_t CountOf(const Lines& difference, Hunk part, char other) {
  const auto begin = difference.begin();
  return static_cast<std::size_t>(std::count_if(begin + static_cast<std::ptrdiff_t>(part.begin),
                                                begin + static_cast<std::ptrdiff_t>(part.end),
                                                [other](const std::string& line) { return line.front() != other; }));
}

}  // namespace

std::vector<std::string> LineDifference(const std::string& older, const std::string& newer) {
  const Lines before = SplitLines(older);
  const Lines after = SplitLines(newer);
  const std::size_t shorter = std::min(before.size(), after.size());
  std::size_t head = 0;
  while (head < shorter && before[head] == after[head]) ++head;
  std::size_t tail = 0;
  while (tail < shorter - head && before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) ++tail;
  const Part old_middle(before.begin() + static_cast<std::ptrdiff_t>(head), before.size() - head - tail);
  const Part new_middle(after.begin() + static_cast<std::ptrdiff_t>(head), after.size() - head - tail);
  Lines difference;
  Put("  ", Part(before).first(head), difference);
  const bool small = (old_middle.size() + 1) * (new_middle.size() + 1) <= kMostCells;
  (small ? CompareLines : CompareWhole)(old_middle, new_middle, difference);
  Put("  ", Part(before).last(tail), difference);
  return difference;
}

std::string UnifiedDifference(const std::string& older, const std::string& newer, std::size_t context) {
  const Lines difference = LineDifference(older, newer);
  std::string unified;
  for (const Hunk& hunk : FindHunks(difference, context)) {
    const Hunk before{0, hunk.begin};
    unified += "@@ -" + RangeText(CountOf(difference, before, '+'), CountOf(difference, hunk, '+')) + " +" +
               RangeText(CountOf(difference, before, '-'), CountOf(difference, hunk, '-')) + " @@\n";
    for (std::size_t i = hunk.begin; i < hunk.end; ++i)
      unified += difference[i].substr(0, 1) + difference[i].substr(2) + "\n";
  }
  return unified;
}

}  // namespace vigie::base
