#include "core/threshold/sliding_window.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

#include "tests/unit/core_threshold/threshold_story.h"

namespace vigie::threshold {
namespace {

Sample At(base::SystemTime at, std::span<const customers::RecordId> records = {}) {
  return {.at = at, .number = {at.time_since_epoch().count(), 0, 1, 1}, .records = records};
}

TEST(SlidingWindow, IsNeverTooShortAndAtMostOneStepTooLong) {
  const auto step = SlidingWindow::StepOf(hours(24));
  EXPECT_EQ(step, std::chrono::milliseconds(168'750));
  for (const auto offset : {std::chrono::nanoseconds(0), step / 2, step - std::chrono::nanoseconds(1)}) {
    SlidingWindow window(v1::MEASURE_EVENTS, hours(24));
    window.Add(At(kMonday + offset));
    window.Add(At(kMonday + offset + hours(24)));
    EXPECT_EQ(window.Measured(), 2U) << "an event exactly as old as the window still counts";
    window.Add(At(kMonday + offset + hours(24) + step));
    EXPECT_EQ(window.Measured(), 2U) << "one a step older does not";
  }
}

TEST(SlidingWindow, CoversLateSamplesWithinItself) {
  SlidingWindow window(v1::MEASURE_EVENTS, minutes(1));
  EXPECT_TRUE(window.Covers(kMonday));
  window.Add(At(kMonday));
  EXPECT_TRUE(window.Covers(kMonday - seconds(59)));
  EXPECT_FALSE(window.Covers(kMonday - seconds(61)));
  EXPECT_TRUE(window.Covers(kMonday + hours(1)));
}

TEST(SlidingWindow, WorksBeforeTheYear1970) {
  SlidingWindow window(v1::MEASURE_EVENTS, minutes(1));
  const base::SystemTime start = base::SystemTime(-seconds(30));
  for (int i = 0; i < 60; ++i) window.Add(At(start + seconds(i)));
  EXPECT_EQ(window.Measured(), 60U);
}

TEST(SlidingWindow, DoesNotWrapAroundOnHugeFiles) {
  SlidingWindow window(v1::MEASURE_BYTES, minutes(1));
  for (int i = 0; i < 2; ++i) {
    Sample sample = At(kMonday);
    sample.bytes = std::numeric_limits<std::uint64_t>::max() - 1;
    window.Add(sample);
  }
  EXPECT_EQ(window.Measured(), std::numeric_limits<std::uint64_t>::max());
}

TEST(SlidingWindow, KnowsWhatIsLeftWhenHugeFilesExpire) {
  SlidingWindow window(v1::MEASURE_BYTES, minutes(1));
  const auto add = [&](std::chrono::nanoseconds after, std::uint64_t bytes) {
    Sample sample = At(kMonday + after);
    sample.bytes = bytes;
    window.Add(sample);
  };
  add(seconds(0), std::numeric_limits<std::uint64_t>::max() - 1);
  add(seconds(1), 10);
  add(seconds(50), 7);
  EXPECT_EQ(window.Measured(), std::numeric_limits<std::uint64_t>::max());
  add(seconds(70), 5);
  EXPECT_EQ(window.Measured(), 12U);
  add(seconds(115), 1);
  EXPECT_EQ(window.Measured(), 6U) << "and from then on exactly again";
}

TEST(SlidingWindow, KeepsTheOldestThousandEventsHoweverTheyArrive) {
  SlidingWindow window(v1::MEASURE_EVENTS, hours(24));
  for (int i = 2999; i >= 0; --i) {
    Sample sample = At(kMonday + seconds(i));
    sample.number.sequence = static_cast<std::uint64_t>(i);
    window.Add(sample);
  }
  const auto first = window.FirstEvents();
  ASSERT_EQ(first.size(), 1000U);
  for (std::size_t i = 0; i < first.size(); ++i) ASSERT_EQ(first[i].sequence, i);
  EXPECT_EQ(window.events(), 3000U);
}

TEST(SlidingWindow, CountsAMillionCustomersExactly) {
  std::vector<customers::RecordId> ids(1'000'000);
  std::iota(ids.begin(), ids.end(), 0U);
  SlidingWindow window(v1::MEASURE_DISTINCT_CUSTOMERS, hours(24));
  // A thousand overlapping thousands over 55 hours, of which the first go, in the middle of blocks too.
  const auto time = [](std::size_t i) { return kMonday + i * seconds(200); };
  const auto step = [&](std::size_t i) { return time(i).time_since_epoch() / SlidingWindow::StepOf(hours(24)); };
  std::size_t first = 0;
  for (std::size_t i = 0; i < 1000; ++i) {
    const auto some = std::span<const customers::RecordId>(ids).subspan(i * 1000, i == 999 ? 1000 : 1500);
    window.Add(At(time(i), some));
    while (step(first) < step(i) - 512) ++first;
    ASSERT_EQ(window.Measured(), (i - first) * 1000 + some.size()) << i;
  }
  EXPECT_GT(first, 500U);
  window.Add(At(kMonday + hours(96)));
  EXPECT_EQ(window.Measured(), 0U);
  window.Add(At(kMonday + hours(96), ids));
  EXPECT_EQ(window.Measured(), 1'000'000U);
}

// Steps are kept in order however they begin, and those that have expired leave nothing behind.
TEST(SlidingWindow, MeasuresAsEachWindowCountedAnew) {
  for (const v1::Measure measure :
       {v1::MEASURE_EVENTS, v1::MEASURE_BYTES, v1::MEASURE_DISTINCT_FILES, v1::MEASURE_DISTINCT_CUSTOMERS}) {
    std::mt19937_64 random(static_cast<std::uint64_t>(measure));
    SlidingWindow window(measure, minutes(1));
    std::vector<std::pair<Sample, std::vector<customers::RecordId>>> all;
    base::SystemTime now = kMonday;
    for (int i = 0; i < 1500; ++i) {
      now += std::chrono::milliseconds(random() % (i % 300 == 299 ? 90'000 : 400));
      const auto late = std::chrono::milliseconds(random() % 3 == 0 ? random() % 70'000 : 0);
      std::vector<customers::RecordId> records(random() % 50 == 0 ? 3000 : random() % 6);
      for (customers::RecordId& id : records) id = static_cast<customers::RecordId>(random() % 5000);
      std::ranges::sort(records);
      records.erase(std::unique(records.begin(), records.end()), records.end());
      Sample sample = At(now - late, records);
      sample.bytes = random() % 1000;
      sample.file = random() % 20;
      if (!window.Covers(sample.at)) continue;
      all.emplace_back(sample, std::move(records));
      window.Add(sample);
      if (i % 25 != 0) continue;
      SlidingWindow anew(measure, minutes(1));
      std::ranges::stable_sort(all, std::greater(), [](const auto& each) { return each.first.at; });
      for (auto& [each, its] : all) {
        each.records = its;
        if (anew.Covers(each.at)) anew.Add(each);
      }
      ASSERT_EQ(window.Measured(), anew.Measured()) << i;
      ASSERT_EQ(window.events(), anew.events()) << i;
      ASSERT_EQ(window.records(), anew.records()) << i;
      ASSERT_EQ(window.FirstEvents(), anew.FirstEvents()) << i;
    }
  }
}

// Busy and quiet times by turns, so that it begins to count customers one by one, and gives that up, again and again.
TEST(SlidingWindow, IsExactAboveWhatIsAskedAndNeverLessThanThat) {
  std::mt19937_64 random(5);
  int bounds = 0;
  int exact_again = 0;
  for (const std::uint64_t exact_above : {0, 1, 40, 300, 1000}) {
    SlidingWindow exact(v1::MEASURE_DISTINCT_CUSTOMERS, minutes(1));
    SlidingWindow lazy(v1::MEASURE_DISTINCT_CUSTOMERS, minutes(1));
    base::SystemTime now = kMonday;
    bool was_bound = false;
    for (int i = 0; i < 4000; ++i) {
      now += std::chrono::milliseconds(random() % (i / 200 % 2 == 0 ? 500 : 20'000));
      std::vector<customers::RecordId> records(random() % 12);
      for (customers::RecordId& id : records) id = static_cast<customers::RecordId>(random() % 400);
      std::ranges::sort(records);
      records.erase(std::unique(records.begin(), records.end()), records.end());
      Sample sample = At(now - std::chrono::milliseconds(random() % 3 == 0 ? random() % 50'000 : 0), records);
      sample.again = random() % 8 == 0;
      if (!exact.Covers(sample.at)) continue;
      const std::uint64_t before = exact.Add(sample);
      const std::uint64_t bound_before = lazy.Add(sample, exact_above);
      for (const auto& [bound, measured] : {std::pair(bound_before, before), {lazy.Measured(), exact.Measured()}}) {
        ASSERT_TRUE(bound == measured || bound <= exact_above) << bound << " for " << measured << ", sample " << i;
        ASSERT_GE(bound, measured) << i;
      }
      ASSERT_TRUE(i % 50 != 0 || lazy.records() == exact.records()) << i;
      const bool is_bound = lazy.Measured() > exact.Measured();
      bounds += is_bound ? 1 : 0;
      exact_again += was_bound && lazy.Measured() > exact_above ? 1 : 0;
      was_bound = is_bound;
    }
  }
  EXPECT_GT(bounds, 100);
  EXPECT_GT(exact_again, 10);
}

}  // namespace
}  // namespace vigie::threshold
