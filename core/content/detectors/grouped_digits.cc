#include "core/content/detectors/grouped_digits.h"

#include <algorithm>

#include "core/content/validate/ascii.h"

namespace vigie::content {
namespace {

constexpr std::size_t kMostGroupsCounted = 12;

bool IsDigitAt(std::string_view text, std::size_t position) {
  return position < text.size() && IsDigit(text[position]);
}

// Behind what glues two groups of a telephone number together: each kind of mark once, in any order.
std::size_t SkipPhonePunctuation(std::string_view text, std::size_t position) {
  constexpr std::string_view kTrunkPrefix = "(0)";
  constexpr int kMostMarks = 4;
  for (int i = 0; i < kMostMarks && position < text.size() && !IsDigit(text[position]); ++i) {
    if (text.substr(position).starts_with(kTrunkPrefix)) {
      position += kTrunkPrefix.size();
    } else if (text[position] == '(' || text[position] == ')') {
      ++position;
    } else {
      position += SeparatorLength(text, position);
    }
  }
  return position;
}

// Where the next group begins; the end of the text if there is none.
std::size_t NextGroup(std::string_view text, const GroupedDigits& read, Glue glue) {
  const auto position = read.groups[read.group_count - 1].text_end;
  auto next = position;
  if (glue == Glue::kPhonePunctuation) {
    next = SkipPhonePunctuation(text, position);
  } else if (read.separator.empty() || text.substr(position).starts_with(read.separator)) {
    next = position + SeparatorLength(text, position);
  }
  return next > position && IsDigitAt(text, next) ? next : text.size();
}

void ReadGroup(std::string_view text, std::size_t position, GroupedDigits& read) {
  while (IsDigitAt(text, position) && read.digit_count < GroupedDigits::kMost) {
    read.digits[read.digit_count++] = text[position++];
  }
  read.groups[read.group_count++] = {read.digit_count, position};
}

}  // namespace

std::size_t SeparatorLength(std::string_view text, std::size_t position) {
  if (position >= text.size()) return 0;
  const char c = text[position];
  if (c == ' ' || c == '.' || c == '-' || c == '/') return 1;
  if (c != '\xc2' && c != '\xe2') return 0;
  const auto rest = text.substr(position);
  if (rest.starts_with("\xc2\xa0")) return 2;
  const bool is_wide =
      rest.starts_with("\xe2\x80\x89") || rest.starts_with("\xe2\x80\x91") || rest.starts_with("\xe2\x80\xaf");
  return is_wide ? 3 : 0;
}

GroupedDigits ReadGroupedDigits(std::string_view text, std::size_t begin, Glue glue) {
  GroupedDigits read;
  ReadGroup(text, begin, read);
  while (read.digit_count < GroupedDigits::kMost) {
    const auto end = read.groups[read.group_count - 1].text_end;
    const auto next = NextGroup(text, read, glue);
    if (next == text.size()) break;
    if (read.group_count == 1) read.separator = text.substr(end, next - end);
    ReadGroup(text, next, read);
  }
  return read;
}

std::size_t CountGroupsBefore(std::string_view text, std::size_t position, const GroupShape& shape) {
  const auto stride = shape.separator.size() + shape.width;
  std::size_t count = 0;
  while (count < kMostGroupsCounted && position >= stride) {
    const auto group = text.substr(position - stride, shape.width);
    const bool follows = text.substr(position - shape.separator.size()).starts_with(shape.separator);
    if (!follows || !std::ranges::all_of(group, IsDigit)) break;
    position -= stride;
    if (position > 0 && IsDigit(text[position - 1])) break;
    ++count;
  }
  return count;
}

std::size_t CountGroupsAfter(std::string_view text, std::size_t position, const GroupShape& shape) {
  std::size_t count = 0;
  while (count < kMostGroupsCounted && text.substr(position).starts_with(shape.separator)) {
    const auto group = text.substr(position + shape.separator.size()).substr(0, shape.width);
    if (group.size() < shape.width || !std::ranges::all_of(group, IsDigit)) break;
    position += shape.separator.size() + shape.width;
    if (IsDigitAt(text, position)) break;
    ++count;
  }
  return count;
}

bool StandsAlone(std::string_view text, std::size_t begin, std::size_t end) {
  const auto joins = [&](std::size_t mark, std::size_t digit) {
    return mark < text.size() && (text[mark] == '.' || text[mark] == '-') && IsDigitAt(text, digit);
  };
  if (begin > 0 && IsAlphanumeric(text[begin - 1])) return false;
  if (begin > 1 && joins(begin - 1, begin - 2)) return false;
  if (end < text.size() && IsAlphanumeric(text[end])) return false;
  return !joins(end, end + 1);
}

}  // namespace vigie::content
