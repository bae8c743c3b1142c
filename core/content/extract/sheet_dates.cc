#include "core/content/extract/sheet_dates.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>

namespace vigie::content {
namespace {

constexpr std::size_t kMostStyles = 65'536;  // as the programs themselves
constexpr unsigned kFirstCustomFormat = 164;

std::optional<unsigned> NumberOf(std::string_view text) {
  unsigned number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

// Those with a day or a year; 27 to 36 and 50 to 58 are East Asia's.
bool IsBuiltInDate(unsigned format) {
  return (format >= 14 && format <= 17) || format == 22 || (format >= 27 && format <= 31) || format == 36 ||
         (format >= 50 && format <= 54) || format == 57 || format == 58;
}

void AppendPadded(unsigned number, std::size_t digits, std::string& line) {
  const auto text = std::to_string(number);
  line.append(digits - std::min(digits, text.size()), '0').append(text);
}

}  // namespace

bool IsDateFormat(std::string_view code) {
  for (std::size_t i = 0; i < code.size(); ++i) {
    switch (code[i]) {
      case '"':
        i = std::min(code.find('"', i + 1), code.size());
        break;
      case '[':
        i = std::min(code.find(']', i + 1), code.size());
        break;
      case '\\':
      case '_':
      case '*':
        ++i;
        break;
      case 'd':
      case 'D':
      case 'y':
      case 'Y':
        return true;
      default:
        break;
    }
  }
  return false;
}

void SheetStyles::OnStart(std::string_view name, const XmlAttributes& attributes) {
  if (name == "cellXfs") in_cell_styles_ = true;
  if (name == "numFmt" && date_formats_.size() < kMostStyles) {
    const auto format = NumberOf(attributes.Find("numFmtId").value_or(""));
    if (format && IsDateFormat(attributes.Find("formatCode").value_or(""))) date_formats_.insert(*format);
  }
  if (name != "xf" || !in_cell_styles_ || styles_.size() >= kMostStyles) return;
  const auto format = NumberOf(attributes.Find("numFmtId").value_or("")).value_or(0);
  styles_.push_back(format < kFirstCustomFormat ? IsBuiltInDate(format) : date_formats_.contains(format));
}

void SheetStyles::OnEnd(std::string_view name) {
  if (name == "cellXfs") in_cell_styles_ = false;
}

bool SheetStyles::IsDate(std::string_view style) const {
  const auto number = style.empty() ? 0U : NumberOf(style).value_or(kMostStyles);
  return number < styles_.size() && styles_[number];
}

bool AppendDate(std::string_view number, bool from_1904, std::string& line) {
  using std::chrono::days;
  using std::chrono::sys_days;
  using std::chrono::year;
  constexpr double kLastDay = 2'958'465;  // 9999-12-31
  constexpr int kDayThatNeverWas = 60;    // 1900-02-29
  double value = 0;
  const auto parsed = std::from_chars(number.data(), number.data() + number.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != number.data() + number.size()) return false;
  if (!(value >= 1 && value <= kLastDay)) return false;
  const auto day = static_cast<int>(std::floor(value));
  const auto before = from_1904 ? year(1904) / 1 / 1 : day > kDayThatNeverWas ? year(1899) / 12 / 30 : year(1899) / 12 / 31;
  const std::chrono::year_month_day date(sys_days(before) + days(day));
  AppendPadded(static_cast<unsigned>(static_cast<int>(date.year())), 4, line);
  line += '-';
  AppendPadded(static_cast<unsigned>(date.month()), 2, line);
  line += '-';
  AppendPadded(static_cast<unsigned>(date.day()), 2, line);
  return true;
}

}  // namespace vigie::content
