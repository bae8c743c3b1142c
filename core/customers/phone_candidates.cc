#include "core/customers/phone_candidates.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "core/customers/text_fold.h"

namespace vigie::customers {
namespace {

constexpr std::size_t kMaxSeparatorBytes = 6;
constexpr std::size_t kMaxWrittenDigits = kMaxPhoneDigits + 3;  // 00 or a bracketed 0

// The highest bit of each byte that is no digit.
std::uint64_t OtherThanDigits(std::uint64_t word) {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  const std::uint64_t value = word ^ (kEach * '0');  // 0 to 9 for a digit
  return (((value & (kEach * 0x7F)) + kEach * 0x76) | value) & (kEach * 0x80);
}

bool IsWord(char c) {
  return IsAsciiLetter(c) || IsDigit(c) || c == '_';
}

constexpr std::array<std::string_view, 9> kForeignSeparators = {"\u00A0", "\u202F", "\u2009", "\u2007", "\u2010",
                                                                "\u2011", "\u2012", "\u2013", "\u00B7"};

// The bytes of one separator between groups of digits at `position`; 0 if there is none.
std::size_t SeparatorAt(std::string_view text, std::size_t position) {
  if (position >= text.size()) return 0;
  const char c = text[position];
  if (c == ' ' || c == '.' || c == '-' || c == '/' || c == '(' || c == ')') return 1;
  if (static_cast<unsigned char>(c) < 0x80) return 0;
  for (const std::string_view separator : kForeignSeparators) {
    if (text.substr(position, separator.size()) == separator) return separator.size();
  }
  return 0;
}

// Where the next group of the same row of groups begins; npos if this was the last.
std::size_t NextGroup(std::string_view text, std::size_t end) {
  std::size_t position = end;
  while (position - end <= kMaxSeparatorBytes) {
    const std::size_t separator = SeparatorAt(text, position);
    if (separator == 0) break;
    position += separator;
  }
  const bool continues = position > end && position < text.size() && IsDigit(text[position]);
  return continues ? position : std::string_view::npos;
}

// "612345678.0": a number that went through a spreadsheet or a data frame.
bool IsFloatTail(std::string_view text, std::size_t end) {
  const std::string_view tail = text.substr(end, 3);
  return tail.starts_with(".0") && (tail.size() == 2 || !IsDigit(tail[2]));
}

struct Group {
  std::size_t begin, end;
};

class Scanner {
 public:
  Scanner(std::string_view text, const PhonePlan& plan, const std::function<void(std::string_view)>& take)
      : text_(text), plan_(plan), take_(take) {}

  void Scan() {
    std::size_t position = 0;
    while (position < text_.size()) {
      if (!IsWord(text_[position])) {
        ++position;
      } else if (!IsDigit(text_[position])) {
        position = WordEnd(position);
      } else {
        position = ScanRow(position);
      }
    }
  }

  std::size_t ScanAt(std::size_t position) {
    if (position > 0 && IsWord(text_[position - 1])) return WordEnd(position);
    return ScanRow(position);
  }

 private:
  static constexpr std::size_t kMostGroups = kMaxWrittenDigits + 1;  // that matter to a number
  static constexpr std::size_t kGroupsAtOnce = 32;

  std::size_t WordEnd(std::size_t position) const {
    while (position < text_.size() && IsWord(text_[position])) ++position;
    return position;
  }

  std::size_t DigitsEnd(std::size_t position) const {
    for (std::uint64_t word = 0; text_.size() - position >= sizeof(word); position += sizeof(word)) {
      std::memcpy(&word, text_.data() + position, sizeof(word));
      const std::uint64_t others = OtherThanDigits(word);
      if (others != 0) return position + static_cast<std::size_t>(std::countr_zero(others)) / 8;
    }
    while (position < text_.size() && IsDigit(text_[position])) ++position;
    return position;
  }

  // A row of groups that begins here; where it ends. Each of its groups may begin a number.
  std::size_t ScanRow(std::size_t begin) {
    count_ = 0;
    std::size_t end = DigitsEnd(begin);
    if (SeparatorAt(text_, end) == 0) return TakeAlone(begin, end);
    for (bool first = true; begin != std::string_view::npos; first = false) {
      std::size_t digits = 0;
      for (; count_ < groups_.size() && begin != std::string_view::npos; begin = NextGroup(text_, end)) {
        end = DigitsEnd(begin);
        digits += end - begin;
        groups_[count_++] = {begin, end};
      }
      row_goes_on_ = begin != std::string_view::npos;
      if (!first || row_goes_on_ || digits >= kMinPhoneDigits) StartAtEach(first);
    }
    return end < text_.size() && IsWord(text_[end]) ? WordEnd(end) : end;
  }

  // What StartAtEach does for a row of one group, as most numbers of a long list are.
  std::size_t TakeAlone(std::size_t begin, std::size_t end) {
    if (end < text_.size() && IsWord(text_[end])) return WordEnd(end);
    const auto digits = text_.substr(begin, end - begin);
    const bool is_number = digits.size() >= kMinPhoneDigits && digits.size() <= kMaxWrittenDigits;
    if (is_number) EndAt(digits, ShapeAt(begin, true), true);
    return end;
  }

  // Of a row that goes on, the last groups are looked at with those that follow.
  void StartAtEach(bool first_of_row) {
    const std::size_t starts = row_goes_on_ ? count_ - kMostGroups : count_;
    for (std::size_t i = 0; i < starts; ++i) StartAt(i, ShapeAt(groups_[i].begin, first_of_row && i == 0));
    std::copy(groups_.begin() + static_cast<std::ptrdiff_t>(starts),
              groups_.begin() + static_cast<std::ptrdiff_t>(count_), groups_.begin());
    count_ -= starts;
  }

  struct Shape {
    bool plus, zeros, trunk, first_of_row;
    bool international() const { return plus || zeros; }
  };

  // A call for two bytes would cost more than they do.
  bool BeginsWith(std::size_t begin, std::string_view prefix) const {
    if (text_.size() - begin < prefix.size()) return false;
    for (std::size_t i = 0; i < prefix.size(); ++i) {
      if (text_[begin + i] != prefix[i]) return false;
    }
    return true;
  }

  Shape ShapeAt(std::size_t begin, bool first_of_row) const {
    const bool plus = begin > 0 && text_[begin - 1] == '+';
    const bool zeros = !plus && BeginsWith(begin, "00");
    const bool trunk = !plan_.trunk.empty() && BeginsWith(begin, plan_.trunk);
    return {plus, zeros, trunk, first_of_row};
  }

  // A number may begin with this group; it may end after each of the next groups.
  void StartAt(std::size_t first, const Shape& shape) {
    if (!shape.first_of_row && !shape.international() && !shape.trunk) return;
    std::array<char, kMaxWrittenDigits> digits{};
    std::size_t size = 0;
    for (std::size_t i = first; i < count_; ++i) {
      const Group& group = groups_[i];
      const std::size_t length = group.end - group.begin;
      if (size + length > digits.size()) return;
      const bool bracketed_zero = shape.international() && i > first && text_.substr(group.begin - 1, 3) == "(0)";
      if (!bracketed_zero) size += text_.copy(digits.data() + size, length, group.begin);
      const bool last_of_row = (i + 1 == count_ && !row_goes_on_) || IsFloatTail(text_, group.end);
      const bool is_whole = group.end >= text_.size() || !IsWord(text_[group.end]);
      if (is_whole && size >= kMinPhoneDigits) EndAt({digits.data(), size}, shape, last_of_row);
    }
  }

  void EndAt(std::string_view digits, const Shape& shape, bool last_of_row) {
    if (shape.international()) return Offer(digits.substr(shape.zeros ? 2 : 0), true);
    const std::size_t significant = digits.size() - std::min(digits.size(), plan_.trunk.size());
    const bool national = shape.trunk && significant >= plan_.min_significant && significant <= plan_.max_significant;
    if (national || (shape.first_of_row && last_of_row)) Offer(digits, false);
  }

  void Offer(std::string_view digits, bool international) {
    std::array<char, kPhoneKeyDigits> key;
    if (WritePhoneKey(digits, international, plan_, key)) take_({key.data(), key.size()});
  }

  std::string_view text_;
  const PhonePlan& plan_;
  const std::function<void(std::string_view)>& take_;
  std::array<Group, kGroupsAtOnce> groups_;  // of the row, those that are looked at
  std::size_t count_ = 0;
  bool row_goes_on_ = false;
};

}  // namespace

void ForEachPhone(std::string_view text, const PhonePlan& plan, const std::function<void(std::string_view)>& take) {
  Scanner(text, plan, take).Scan();
}

std::size_t TakePhonesAt(const TextPlace& row, const PhonePlan& plan,
                         const std::function<void(std::string_view)>& take) {
  return Scanner(row.text, plan, take).ScanAt(row.position);
}

}  // namespace vigie::customers
