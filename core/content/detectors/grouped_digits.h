#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace vigie::content {

// Bytes of the separator between groups of digits at text[position]: a space (also U+00A0, U+2009, U+202F), point,
// hyphen (also U+2011) or slash. 0 if there is none.
std::size_t SeparatorLength(std::string_view text, std::size_t position);

// Regular expression for a digit or the first byte of such a separator.
inline constexpr std::string_view kDigitOrSeparator = "[0-9 .\\-/\\xc2\\xe2]";

// Digits as people write them, in groups. At most kMost digits; of a longer number the rest is left in the text.
struct GroupedDigits {
  static constexpr std::size_t kMost = 20;
  struct Group {
    std::size_t digits_until_end = 0;  // digits of this group and all before it
    std::size_t text_end = 0;          // where the group ends in the text
  };

  std::array<char, kMost> digits{};
  std::size_t digit_count = 0;
  std::array<Group, kMost> groups{};
  std::size_t group_count = 0;
  std::string_view separator;  // between the first two groups; "" if there is one group only

  std::string_view First(std::size_t count) const { return {digits.data(), count}; }
  std::size_t GroupSize(std::size_t group) const {
    return groups[group].digits_until_end - (group == 0 ? 0 : groups[group - 1].digits_until_end);
  }
};

// What may stand between two groups: one and the same separator all along; or any separator, brackets, and (0), as in
// +33 (0)6 39 98 01 23 and +1 (202) 555-0143.
enum class Glue { kSameSeparator, kPhonePunctuation };

// The digits from text[begin] on, which must be one.
GroupedDigits ReadGroupedDigits(std::string_view text, std::size_t begin, Glue glue);

// How many groups of exactly `width` digits, with `separator` around them, stand directly before (after)
// text[position]. Counts to a dozen.
struct GroupShape {
  std::string_view separator;
  std::size_t width = 0;
};
std::size_t CountGroupsBefore(std::string_view text, std::size_t position, const GroupShape& shape);
std::size_t CountGroupsAfter(std::string_view text, std::size_t position, const GroupShape& shape);

// Whether text[begin, end) is a number or code of its own, and no piece of a longer word, decimal or hyphenated number.
bool StandsAlone(std::string_view text, std::size_t begin, std::size_t end);

}  // namespace vigie::content
