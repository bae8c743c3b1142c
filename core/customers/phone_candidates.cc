#include "core/customers/phone_candidates.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/customers/text_fold.h"

namespace vigie::customers {
namespace {

constexpr std::size_t kMaxSeparatorBytes = 6;
constexpr std::size_t kMaxWrittenDigits = kMaxPhoneDigits + 3;  // 00 or a bracketed 0

bool IsWord(char c) {
  return IsAsciiLetter(c) || IsDigit(c) || c == '_';
}

// The bytes of one separator between groups of digits at `position`; 0 if there is none.
std::size_t SeparatorAt(std::string_view text, std::size_t position) {
  constexpr std::array<std::string_view, 9> kForeign = {"\u00A0", "\u202F", "\u2009", "\u2007", "\u2010",
                                                        "\u2011", "\u2012", "\u2013", "\u00B7"};
  if (position >= text.size()) return 0;
  const char c = text[position];
  if (c == ' ' || c == '.' || c == '-' || c == '/' || c == '(' || c == ')') return 1;
  if (static_cast<unsigned char>(c) < 0x80) return 0;
  for (const std::string_view separator : kForeign) {
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
  std::size_t WordEnd(std::size_t position) const {
    while (position < text_.size() && IsWord(text_[position])) ++position;
    return position;
  }

  std::size_t DigitsEnd(std::size_t position) const {
    while (position < text_.size() && IsDigit(text_[position])) ++position;
    return position;
  }

  // A row of groups that begins here; where it ends. Each of its groups may begin a number.
  std::size_t ScanRow(std::size_t begin) {
    bool first = true;
    while (true) {
      const std::size_t end = DigitsEnd(begin);
      StartAt(begin, ShapeAt(begin, first));
      const std::size_t next = NextGroup(text_, end);
      if (next == std::string_view::npos) return end < text_.size() && IsWord(text_[end]) ? WordEnd(end) : end;
      begin = next;
      first = false;
    }
  }

  struct Shape {
    bool plus, zeros, trunk, first_of_row;
    bool international() const { return plus || zeros; }
  };

  Shape ShapeAt(std::size_t begin, bool first_of_row) const {
    const bool plus = begin > 0 && text_[begin - 1] == '+';
    const bool zeros = !plus && text_.substr(begin, 2) == "00";
    const bool trunk = !plan_.trunk.empty() && text_.substr(begin, plan_.trunk.size()) == plan_.trunk;
    return {plus, zeros, trunk, first_of_row};
  }

  // A number may begin here; it may end after each of the next groups.
  void StartAt(std::size_t begin, const Shape& shape) {
    if (!shape.first_of_row && !shape.international() && !shape.trunk) return;
    std::string digits;
    for (std::size_t group = begin; group != std::string_view::npos;) {
      const std::size_t end = DigitsEnd(group);
      if (digits.size() + (end - group) > kMaxWrittenDigits) return;
      const bool bracketed_zero = shape.international() && group > begin && text_.substr(group - 1, 3) == "(0)";
      if (!bracketed_zero) digits.append(text_.substr(group, end - group));
      group = NextGroup(text_, end);
      const bool last_of_row = group == std::string_view::npos || IsFloatTail(text_, end);
      if (end >= text_.size() || !IsWord(text_[end])) EndAt(digits, shape, last_of_row);
    }
  }

  void EndAt(std::string_view digits, const Shape& shape, bool last_of_row) {
    if (shape.international()) return Offer(digits.substr(shape.zeros ? 2 : 0), true);
    const std::size_t significant = digits.size() - std::min(digits.size(), plan_.trunk.size());
    const bool national = shape.trunk && significant >= plan_.min_significant && significant <= plan_.max_significant;
    if (national || (shape.first_of_row && last_of_row)) Offer(digits, false);
  }

  void Offer(std::string_view digits, bool international) {
    if (const auto key = PhoneKey(digits, international, plan_)) take_(*key);
  }

  std::string_view text_;
  const PhonePlan& plan_;
  const std::function<void(std::string_view)>& take_;
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
