#include "proto/contract/time_conversion.h"

#include <google/protobuf/util/time_util.h>

#include <array>
#include <charconv>
#include <limits>

namespace vigie::contract {
namespace {

using google::protobuf::util::TimeUtil;

struct Unit {
  std::string_view name;
  std::chrono::nanoseconds length;
};
constexpr std::array<Unit, 5> kUnits = {{{"ms", std::chrono::milliseconds(1)},
                                         {"s", std::chrono::seconds(1)},
                                         {"m", std::chrono::minutes(1)},
                                         {"h", std::chrono::hours(1)},
                                         {"d", std::chrono::hours(24)}}};

base::Error BadDuration() {
  return {base::ErrorCode::kInvalidArgument, "not a duration: write a whole number and ms, s, m, h or d, such as 24h"};
}

}  // namespace

google::protobuf::Timestamp ToProto(base::SystemTime time) {
  return TimeUtil::NanosecondsToTimestamp(time.time_since_epoch().count());
}

base::SystemTime FromProto(const google::protobuf::Timestamp& time) {
  return base::SystemTime(std::chrono::nanoseconds(TimeUtil::TimestampToNanoseconds(time)));
}

google::protobuf::Duration ToProto(std::chrono::nanoseconds time) {
  return TimeUtil::NanosecondsToDuration(time.count());
}

std::chrono::nanoseconds FromProto(const google::protobuf::Duration& time) {
  return std::chrono::nanoseconds(TimeUtil::DurationToNanoseconds(time));
}

std::string FormatTime(const google::protobuf::Timestamp& time) {
  if (time.seconds() == 0 && time.nanos() == 0) return "";
  google::protobuf::Timestamp rounded = time;
  rounded.set_nanos(time.nanos() / 1'000'000 * 1'000'000);
  std::string text = TimeUtil::ToString(rounded);
  if (rounded.nanos() == 0) text.insert(text.size() - 1, ".000");
  return text;
}

base::Result<google::protobuf::Timestamp> ParseTime(std::string_view text) {
  google::protobuf::Timestamp time;
  if (!TimeUtil::FromString(std::string(text), &time)) {
    return base::Error{base::ErrorCode::kInvalidArgument, "not a time: write it as 2026-11-22T10:00:00Z"};
  }
  return time;
}

base::Result<std::chrono::nanoseconds> ParseDuration(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || count < 0) return BadDuration();
  const std::string_view unit_name = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const Unit& unit : kUnits) {
    if (unit.name != unit_name) continue;
    if (count > std::numeric_limits<std::int64_t>::max() / unit.length.count()) return BadDuration();
    return count * unit.length;
  }
  return BadDuration();
}

std::string FormatDuration(std::chrono::nanoseconds time) {
  for (auto unit = kUnits.rbegin(); unit != kUnits.rend(); ++unit) {
    if (time.count() % unit->length.count() == 0 && time >= unit->length) {
      return std::to_string(time / unit->length) + std::string(unit->name);
    }
  }
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) + "ms";
}

}  // namespace vigie::contract
