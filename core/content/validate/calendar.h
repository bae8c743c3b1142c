#pragma once

// Dates as numbers of persons contain them (ISO 8601 calendar: proleptic Gregorian).
namespace vigie::content {

struct CalendarDate {
  int year = 0;  // all four digits
  int month = 0;
  int day = 0;
};

// Whether the calendar has that day.
bool IsDate(const CalendarDate& date);

// Whether somebody alive may have been born then: a date of 1900 to 2035. There is no clock here; the upper bound is
// generous.
bool IsBirthDate(const CalendarDate& date);

// The same where only the year's last two digits are known: right in the 19xx or in the 20xx.
bool IsBirthDateOfSomeCentury(int year_in_century, int month, int day);

}  // namespace vigie::content
