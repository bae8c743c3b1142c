#include "platform/replay/rfc3339.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>

namespace vigie::platform {
namespace {

using std::chrono::floor;
using std::chrono::nanoseconds;

constexpr base::SystemTime kEnd{std::chrono::sys_days(std::chrono::January / 1 / 2262)};

// Takes one part after the other off the front; everything is optional until `failed` says otherwise.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  int Number(std::size_t digits) {
    int number = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (!AtDigit()) return Fail();
      number = number * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return number;
  }

  bool TryTake(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == any_of.npos) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void Take(std::string_view any_of) {
    if (!TryTake(any_of)) Fail();
  }

  // At least one digit; those after the ninth do not count.
  nanoseconds Fraction() {
    if (!AtDigit()) Fail();
    std::int64_t value = 0;
    for (std::int64_t unit = 100'000'000; AtDigit(); unit /= 10) {
      value += unit * (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return nanoseconds(value);
  }

  bool AtDigit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
  bool minus() const { return !rest_.empty() && rest_.front() == '-'; }
  bool complete() const { return !failed_ && rest_.empty(); }

 private:
  int Fail() {
    failed_ = true;
    return 0;
  }

  std::string_view rest_;
  bool failed_ = false;
};

std::optional<nanoseconds> TimeOfDay(int hours, int minutes, int seconds) {
  if (hours > 23 || minutes > 59 || seconds > 60) return std::nullopt;
  return std::chrono::hours(hours) + std::chrono::minutes(minutes) + std::chrono::seconds(seconds);
}

base::Error Refused(std::string_view text) {
  return {base::ErrorCode::kInvalidArgument,
          fmt::format("'{}' is not a time: write it like 2022-09-18T16:00:00Z", text.substr(0, 40))};
}

}  // namespace

base::Result<base::SystemTime> ParseRfc3339(std::string_view text) {
  Reader reader(text);
  const std::chrono::year year(reader.Number(4));
  reader.Take("-");
  const std::chrono::month month(static_cast<unsigned>(reader.Number(2)));
  reader.Take("-");
  const std::chrono::day day(static_cast<unsigned>(reader.Number(2)));
  reader.Take("Tt ");
  const int hours = reader.Number(2);
  reader.Take(":");
  const int minutes = reader.Number(2);
  reader.Take(":");
  const auto time = TimeOfDay(hours, minutes, reader.Number(2));
  const nanoseconds fraction = reader.TryTake(".") ? reader.Fraction() : nanoseconds(0);
  std::optional<nanoseconds> offset = nanoseconds(0);
  if (!reader.TryTake("Zz")) {
    const bool west = reader.minus();
    reader.Take("+-");
    const int offset_hours = reader.Number(2);
    reader.Take(":");
    offset = TimeOfDay(offset_hours, reader.Number(2), 0);
    if (offset && west) offset = -*offset;
  }
  const std::chrono::year_month_day date(year, month, day);
  const bool in_range = year >= std::chrono::year(1970) && year <= std::chrono::year(2261);
  if (!reader.complete() || !date.ok() || !in_range || !time || !offset) return Refused(text);
  const auto utc = base::SystemTime(std::chrono::sys_days(date)) + *time + fraction - *offset;
  // An offset may lead out of the years that can be written again.
  if (utc < base::SystemTime() || utc >= kEnd) return Refused(text);
  return utc;
}

std::string FormatRfc3339(base::SystemTime time) {
  const auto days = floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(time - days);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

}  // namespace vigie::platform
