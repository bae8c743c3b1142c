#include "core/threshold/subject_table.h"

#include <gtest/gtest.h>

#include "tests/unit/core_threshold/threshold_story.h"

namespace vigie::threshold {
namespace {

policy::CompiledPolicy OneThreshold(std::chrono::nanoseconds window) {
  v1::Policy source;
  source.set_version(1);
  *source.add_thresholds() = MakeThreshold(v1::MEASURE_EVENTS, window, 10);
  return policy::CompiledPolicy::Compile(source).value();
}

Sample At(base::SystemTime at) {
  Sample sample;
  sample.at = at;
  return sample;
}

// One every two seconds, each once: 3600 of them are not idle yet.
TEST(SubjectTable, ForgetsWhoIsIdleWhileOthersCome) {
  const policy::CompiledPolicy policy = OneThreshold(hours(1));
  SubjectTable table(policy.thresholds().front());
  const SubjectHasher hasher;
  base::SystemTime now = kMonday;
  for (int i = 0; i < 40'000; ++i) {
    now += seconds(2);
    EXPECT_EQ(table.Add(hasher("user-" + std::to_string(i)), At(now)).measured, 1U);
  }
  EXPECT_GE(table.size(), 3600U);
  EXPECT_LT(table.size(), 12'000U);
}

TEST(SubjectTable, ForgetsAllWhoAreIdleWhenOneGoesOn) {
  const policy::CompiledPolicy policy = OneThreshold(hours(1));
  SubjectTable table(policy.thresholds().front());
  const SubjectHasher hasher;
  base::SystemTime now = kMonday;
  for (int i = 0; i < 3000; ++i) table.Add(hasher("user-" + std::to_string(i)), At(now += seconds(1)));
  EXPECT_EQ(table.size(), 3000U);
  now += hours(3);
  for (int i = 0; i < 10'000; ++i) table.Add(hasher("user-0"), At(now += std::chrono::milliseconds(1)));
  EXPECT_EQ(table.size(), 1U);
}

}  // namespace
}  // namespace vigie::threshold
