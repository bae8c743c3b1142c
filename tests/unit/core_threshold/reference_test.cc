// The engine against the plainest program that could be right: keep every event, and look at all of them each time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "core/threshold/sliding_window.h"
#include "tests/unit/core_threshold/threshold_story.h"

namespace vigie::threshold {
namespace {

using ::testing::ElementsAreArray;

constexpr auto kWindow = minutes(512);  // a step of the engine is one minute

struct Expected {
  std::uint64_t measured = 0;
  std::uint64_t events = 0;
  std::vector<customers::RecordId> records;
  std::vector<std::string> event_ids;
};

class Reference {
 public:
  explicit Reference(v1::Measure measure) : measure_(measure) {}

  Expected Observe(const Act& act) {
    acts_[act.user].push_back(act);
    const auto& mine = acts_[act.user];
    const auto newest = std::ranges::max(mine, {}, &Act::at).at;
    std::vector<Act> inside;
    for (const Act& other : mine) {
      if (StepOf(other.at) >= StepOf(newest) - SlidingWindow::kSteps) inside.push_back(other);
    }
    return Count(std::move(inside));
  }

 private:
  static std::int64_t StepOf(base::SystemTime at) { return at.time_since_epoch() / minutes(1); }

  Expected Count(std::vector<Act> inside) const {
    std::ranges::sort(inside, {}, [](const Act& act) { return std::tuple(act.at, act.host, act.sequence); });
    Expected expected;
    std::set<customers::RecordId> records;
    std::set<std::string> files;
    std::uint64_t bytes = 0;
    for (const Act& act : inside) {
      records.insert(act.customers.begin(), act.customers.end());
      files.insert(act.host + (act.inode != 0 ? "#" + std::to_string(act.inode) : act.path));
      bytes += act.bytes;
      const std::string id = "agent-" + act.host + "/1/" + std::to_string(act.sequence);
      if (expected.event_ids.size() < SlidingWindow::kMaxEventNumbers) expected.event_ids.push_back(id);
    }
    expected.events = inside.size();
    expected.records.assign(records.begin(), records.end());
    const std::map<v1::Measure, std::uint64_t> values = {{v1::MEASURE_EVENTS, inside.size()},
                                                         {v1::MEASURE_BYTES, bytes},
                                                         {v1::MEASURE_DISTINCT_FILES, files.size()},
                                                         {v1::MEASURE_DISTINCT_CUSTOMERS, records.size()}};
    expected.measured = values.at(measure_);
    return expected;
  }

  v1::Measure measure_;
  std::map<std::string, std::vector<Act>> acts_;
};

// Time goes on by up to three hours an event, now and then a day; one event in four comes up to eight hours late.
std::vector<Act> RandomActs(unsigned seed, int count) {
  std::mt19937 engine(seed);
  const auto random = [&engine](unsigned below) { return static_cast<unsigned>(engine() % below); };
  std::vector<Act> acts;
  base::SystemTime now = kMonday;
  for (int i = 0; i < count; ++i) {
    now += seconds(random(i % 50 == 0 ? 86'400 : 10'800));
    Act act;
    act.at = random(4) == 0 ? now - seconds(random(28'800)) : now;
    act.user = random(2) == 0 ? "alice" : "bob";
    act.host = random(2) == 0 ? "w1" : "w2";
    for (unsigned k = random(20); k > 0; --k) act.customers.push_back(random(400));
    act.bytes = random(1000);
    act.inode = random(3) == 0 ? 0 : 1 + random(30);
    act.path = "/srv/" + std::to_string(random(10));
    act.sequence = static_cast<std::uint64_t>(i) + 1;
    acts.push_back(act);
  }
  return acts;
}

class AgainstReference : public ::testing::TestWithParam<v1::Measure> {};

TEST_P(AgainstReference, CountsTheSameOnRandomStreams) {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    ThresholdEngine engine = MakeEngine({MakeThreshold(GetParam(), kWindow, 0)});
    Reference reference(GetParam());
    for (const Act& act : RandomActs(seed, 600)) {
      const Expected expected = reference.Observe(act);
      const Observation observed = ObserveOne(engine, act);
      ASSERT_EQ(observed.measured, expected.measured) << "seed " << seed << " event " << act.sequence;
      ASSERT_EQ(observed.over, expected.measured > 0);
      if (!observed.over) continue;
      ASSERT_EQ(observed.window_events, expected.events);
      ASSERT_EQ(observed.window_records.Ids(), expected.records);
      ASSERT_EQ(observed.window_event_ids, expected.event_ids) << "seed " << seed << " event " << act.sequence;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Measures, AgainstReference,
                         ::testing::Values(v1::MEASURE_EVENTS, v1::MEASURE_BYTES, v1::MEASURE_DISTINCT_FILES,
                                           v1::MEASURE_DISTINCT_CUSTOMERS));

}  // namespace
}  // namespace vigie::threshold
