#include "core/threshold/sample_log.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/core_threshold/threshold_story.h"

namespace vigie::threshold {
namespace {

struct Owned {
  Sample sample;
  std::vector<customers::RecordId> records;
};

Owned RandomSample(std::mt19937_64& random, base::SystemTime now) {
  Owned made;
  for (std::uint64_t i = random() % 5; i > 0; --i) made.records.push_back(static_cast<std::uint32_t>(random() % 40));
  std::ranges::sort(made.records);
  made.records.erase(std::unique(made.records.begin(), made.records.end()), made.records.end());
  const auto at = now - seconds(static_cast<int>(random() % 4 == 0 ? random() % 70 : 0));
  made.sample = {
      .at = at,
      .number = {at.time_since_epoch().count(), static_cast<std::uint32_t>(random() % 3), random(), random()},
      .accesses = 1 + random() % 3,
      .bytes = random() % 100'000,
      .file = random() % 6,
      .records = {}};
  return made;
}

// A log answers as a window does, for as long as it has room; and hands over to one all that still counts.
TEST(SampleLog, CountsAsAWindowDoes) {
  for (const v1::Measure measure :
       {v1::MEASURE_EVENTS, v1::MEASURE_BYTES, v1::MEASURE_DISTINCT_FILES, v1::MEASURE_DISTINCT_CUSTOMERS}) {
    std::mt19937_64 random(static_cast<std::uint64_t>(measure));
    int added = 0;
    for (int round = 0; round < 200; ++round) {
      const SampleLog::Shape shape{measure, SlidingWindow::StepOf(minutes(1))};
      SampleLog log;
      SlidingWindow window(measure, minutes(1));
      base::SystemTime now = kMonday;
      for (int i = 0; i < 20; ++i) {
        now += seconds(static_cast<int>(random() % 25));
        Owned made = RandomSample(random, now);
        made.sample.records = made.records;
        const bool covered = window.Covers(made.sample.at);
        SampleLog::Measures measures;
        if (!log.Add(made.sample, shape, measures)) {
          if (!covered) continue;
          break;
        }
        ASSERT_TRUE(covered);
        ++added;
        const std::uint64_t before = window.Add(made.sample);
        ASSERT_EQ(before, measures.before);
        ASSERT_EQ(window.Measured(), measures.with);
        ASSERT_EQ(window.newest_step(), measures.newest_step);
        SlidingWindow again(measure, minutes(1));
        log.Each([&](const Sample& sample) { again.Add(sample); });
        ASSERT_EQ(window.Measured(), again.Measured());
        ASSERT_EQ(window.records(), again.records());
        ASSERT_EQ(window.FirstEvents(), again.FirstEvents());
      }
    }
    EXPECT_GT(added, 1000);
  }
}

TEST(SampleLog, RefusesWhatItHasNoRoomForAndStaysAsItWas) {
  const SampleLog::Shape shape{v1::MEASURE_DISTINCT_CUSTOMERS, SlidingWindow::StepOf(hours(1))};
  std::vector<customers::RecordId> many(SampleLog::kMostRecords);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<std::uint32_t>(i) * 60'000'000;
  SampleLog log;
  SampleLog::Measures measures;
  const auto add = [&](base::SystemTime at, std::span<const customers::RecordId> records) {
    return log.Add({.at = at, .number = {}, .records = records}, shape, measures);
  };
  ASSERT_TRUE(add(kMonday, std::span(many).first(3)));
  EXPECT_FALSE(add(kMonday, many)) << "five bytes for each are too much";
  EXPECT_FALSE(add(kMonday - hours(2), {})) << "older than the window";
  ASSERT_TRUE(add(kMonday, std::span(many).subspan(3, 2)));
  EXPECT_EQ(measures.before, 3U);
  EXPECT_EQ(measures.with, 5U);
}

}  // namespace
}  // namespace vigie::threshold
