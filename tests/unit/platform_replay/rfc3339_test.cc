#include "platform/replay/rfc3339.h"

#include <gtest/gtest.h>

namespace vigie::platform {
namespace {

using std::chrono::nanoseconds;

base::SystemTime At(std::int64_t seconds, std::int64_t nanosecond = 0) {
  return base::SystemTime(std::chrono::seconds(seconds) + nanoseconds(nanosecond));
}

TEST(Rfc3339, ReadsTimesInUtcAndWithOffsets) {
  const struct {
    const char* text;
    base::SystemTime time;
  } cases[] = {
      {"1970-01-01T00:00:00Z", At(0)},
      {"2022-09-18T16:00:00Z", At(1663516800)},
      {"2022-09-18T18:00:00+02:00", At(1663516800)},
      {"2022-09-18T11:30:00-04:30", At(1663516800)},
      {"2022-09-18t16:00:00.5z", At(1663516800, 500'000'000)},
      {"2022-09-18T16:00:00.123456789999Z", At(1663516800, 123'456'789)},
      {"2024-02-29T00:00:00Z", At(1709164800)},
      {"2016-12-31T23:59:60Z", At(1483228800)},  // a leap second
  };
  for (const auto& example : cases) {
    const auto time = ParseRfc3339(example.text);
    ASSERT_TRUE(time) << example.text;
    EXPECT_EQ(*time, example.time) << example.text;
  }
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2022-09-18", "2022-09-18T16:00:00", "2022-13-18T16:00:00Z", "2023-02-29T00:00:00Z", "2022-09-18T24:00:00Z",
        "2022-09-18T16:00:00.Z", "2022-09-18T16:00:00+25:00", "2022-09-18T16:00:00Z ", "22-09-18T16:00:00Z",
        "9999-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+00:01", "2261-12-31T23:59:59-00:01",
        "2022-09-18T16:00:00*02:00", "now"}) {
    EXPECT_FALSE(ParseRfc3339(text)) << text;
  }
}

TEST(Rfc3339, WritesWhatItReads) {
  const auto time = At(1663516800, 1);
  EXPECT_EQ(FormatRfc3339(time), "2022-09-18T16:00:00.000000001Z");
  const auto read = ParseRfc3339(FormatRfc3339(time));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, time);
}

}  // namespace
}  // namespace vigie::platform
