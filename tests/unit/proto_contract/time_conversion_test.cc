#include "proto/contract/time_conversion.h"

#include <gtest/gtest.h>

namespace vigie::contract {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

TEST(TimeConversion, KeepsNanosecondsBothWays) {
  const base::SystemTime time(seconds(1'795'341'600) + nanoseconds(123'456'789));
  EXPECT_EQ(FromProto(ToProto(time)), time);
  EXPECT_EQ(FromProto(ToProto(minutes(90) + nanoseconds(1))), minutes(90) + nanoseconds(1));
}

TEST(TimeConversion, WritesRfc3339WithMilliseconds) {
  const base::SystemTime time(seconds(1'795'341'600));
  EXPECT_EQ(FormatTime(ToProto(time)), "2026-11-22T10:00:00.000Z");
  EXPECT_EQ(FormatTime(ToProto(time + nanoseconds(123'999'999))), "2026-11-22T10:00:00.123Z");
  EXPECT_EQ(FormatTime({}), "");
}

TEST(TimeConversion, ReadsRfc3339) {
  const auto time = ParseTime("2026-11-22T11:00:00.5+01:00");
  ASSERT_TRUE(time) << time.error().message;
  EXPECT_EQ(FormatTime(*time), "2026-11-22T10:00:00.500Z");
  for (const char* text : {"", "yesterday", "2026-11-22", "2026-13-01T00:00:00Z", "2026-11-22T10:00:00"}) {
    EXPECT_FALSE(ParseTime(text)) << text;
  }
}

TEST(TimeConversion, ReadsDurationsWithOneUnit) {
  const std::pair<const char*, nanoseconds> cases[] = {
      {"250ms", milliseconds(250)}, {"90s", seconds(90)},    {"15m", minutes(15)},
      {"24h", hours(24)},           {"30d", hours(24) * 30}, {"0s", seconds(0)},
  };
  for (const auto& [text, expected] : cases) {
    const auto duration = ParseDuration(text);
    ASSERT_TRUE(duration) << text;
    EXPECT_EQ(*duration, expected) << text;
  }
}

TEST(TimeConversion, RefusesWhatIsNoDuration) {
  for (const char* text : {"", "24", "h", "-1h", "1.5h", " 1h", "1h ", "1h30m", "1w", "1H", "99999999999999999999s",
                           "9223372036854775807d"}) {
    EXPECT_FALSE(ParseDuration(text)) << text;
  }
}

TEST(TimeConversion, WritesTheLargestUnitThatIsExact) {
  const std::pair<nanoseconds, const char*> cases[] = {
      {hours(24) * 30, "30d"}, {hours(25), "25h"},       {minutes(90), "90m"},
      {seconds(90), "90s"},    {milliseconds(5), "5ms"}, {nanoseconds(0), "0ms"},
  };
  for (const auto& [duration, expected] : cases) EXPECT_EQ(FormatDuration(duration), expected);
}

}  // namespace
}  // namespace vigie::contract
