#include "core/content/validate/calendar.h"

#include <array>

namespace vigie::content {
namespace {

constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

bool IsLeap(int year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

}  // namespace

bool IsDate(const CalendarDate& date) {
  if (date.month < 1 || date.month > 12 || date.day < 1) return false;
  const int extra = date.month == 2 && IsLeap(date.year) ? 1 : 0;
  return date.day <= kDays[static_cast<unsigned>(date.month - 1)] + extra;
}

bool IsBirthDate(const CalendarDate& date) {
  constexpr int kFirst = 1900;
  constexpr int kLast = 2035;
  return date.year >= kFirst && date.year <= kLast && IsDate(date);
}

bool IsBirthDateOfSomeCentury(int year_in_century, int month, int day) {
  return IsBirthDate({1900 + year_in_century, month, day}) || IsBirthDate({2000 + year_in_century, month, day});
}

}  // namespace vigie::content
