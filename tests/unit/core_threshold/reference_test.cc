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

// Who asks only whether a threshold is over gets the same answers, and the same measures where it may be.
TEST(ExactIfOver, SaysTheSameOfWhatIsOverOnRandomStreams) {
  int bounds = 0;
  int exact = 0;
  for (unsigned seed = 1; seed <= 24; ++seed) {
    const std::uint64_t over = 20 * (seed % 12);
    auto plain = MakeEngine({MakeThreshold(v1::MEASURE_DISTINCT_CUSTOMERS, kWindow, over)});
    auto lazy = MakeEngine({MakeThreshold(v1::MEASURE_DISTINCT_CUSTOMERS, kWindow, over)});
    for (Act act : RandomActs(seed, 600)) {
      // Many in a window, and most customers come again.
      act.at = kMonday + (act.at - kMonday) / 8;
      for (customers::RecordId& id : act.customers) id %= 60;
      const Observation expected = plain.Observe(MakeEvent(act), [](const auto&, const auto&) { return false; }).at(0);
      Observation& observed = lazy.ObserveInPlace(MakeEvent(act), {}, ThresholdEngine::Exact::kIfOver)[0];
      ASSERT_EQ(observed.over, expected.over) << "seed " << seed << " event " << act.sequence;
      ASSERT_EQ(observed.late, expected.late);
      if (expected.over || expected.before > over) {
        ASSERT_EQ(observed.measured, expected.measured) << "seed " << seed << " event " << act.sequence;
        ASSERT_EQ(observed.before, expected.before) << "seed " << seed << " event " << act.sequence;
        ++exact;
      } else {
        ASSERT_GE(observed.measured, expected.measured);
        ASSERT_GE(observed.before, expected.before);
        ASSERT_LE(std::max(observed.measured, observed.before), over) << "seed " << seed << " event " << act.sequence;
        bounds += observed.measured > expected.measured ? 1 : 0;
      }
      Observation whole = expected;
      plain.Describe(whole);
      lazy.Describe(observed);
      ASSERT_EQ(observed.window_records, whole.window_records) << "seed " << seed << " event " << act.sequence;
      ASSERT_EQ(observed.window_event_ids, whole.window_event_ids);
    }
  }
  EXPECT_GT(bounds, 100);
  EXPECT_GT(exact, 1000);
}

// The backlogs of workstations that were offline, of one user who is active elsewhere: the truth is what a program
// finds that has all events before it, whatever the order in which they came.
class Backlogs {
 public:
  explicit Backlogs(unsigned seed) : random_(seed) {
    for (std::uint64_t i = 0; i < 60; ++i) {
      const auto at = kMonday - minutes(1500 + Random(2000));
      acts_.push_back({.at = at, .host = "w" + std::to_string(Random(3)), .sequence = i + 1});
      for (unsigned k = Random(5); k > 0; --k) acts_.back().customers.push_back(Random(200));
    }
  }

  bool AnyIsOver(std::uint64_t over) const {
    return std::ranges::any_of(acts_, [&](const Act& last) {
      std::set<customers::RecordId> records;
      for (const Act& act : acts_) {
        if (act.at <= last.at && act.at >= last.at - kWindow) {
          records.insert(act.customers.begin(), act.customers.end());
        }
      }
      return records.size() > over;
    });
  }

  // Some come ahead, newest first; then each workstation's others in order.
  const std::vector<Act>& InTheOrderOfArrival() {
    std::ranges::sort(acts_, {}, &Act::at);
    const auto others = std::stable_partition(acts_.begin(), acts_.end(), [&](const Act&) { return Random(4) == 0; });
    std::reverse(acts_.begin(), others);
    if (Random(2) == 0) std::ranges::stable_sort(others, acts_.end(), {}, &Act::host);
    if (Random(4) == 0) std::shuffle(acts_.begin(), acts_.end(), random_);
    return acts_;
  }

 private:
  unsigned Random(unsigned below) { return static_cast<unsigned>(random_() % below); }

  std::mt19937_64 random_;
  std::vector<Act> acts_;
};

TEST(LateEvents, FindWhatIsOverInWhateverOrderTheyCome) {
  int found = 0;
  for (unsigned seed = 1; seed <= 300; ++seed) {
    Backlogs backlogs(seed);
    const std::uint64_t over = 35 + seed % 20;
    auto engine = MakeEngine({MakeThreshold(v1::MEASURE_DISTINCT_CUSTOMERS, kWindow, over)});
    engine.Observe(MakeEvent({.host = "at-work", .customers = {1000}}));
    bool is_over = false;
    for (const Act& act : backlogs.InTheOrderOfArrival())
      is_over = engine.Observe(MakeEvent(act)).at(0).over || is_over;
    ASSERT_EQ(is_over, backlogs.AnyIsOver(over)) << "seed " << seed;
    found += is_over ? 1 : 0;
  }
  EXPECT_GT(found, 50);
  EXPECT_LT(found, 250);
}

TEST(LateEvents, AGraveOneThatCameAheadIsNotPushedOutByThoseOfAnotherDay) {
  auto engine = MakeEngine({MakeThreshold(v1::MEASURE_DISTINCT_CUSTOMERS, hours(1), 100)});
  const auto customers = [](customers::RecordId first, std::size_t count) {
    std::vector<customers::RecordId> ids;
    while (ids.size() < count) ids.push_back(first++);
    return ids;
  };
  engine.Observe(MakeEvent({.at = kMonday + hours(72), .host = "at-work"}));
  engine.Observe(MakeEvent({.at = kMonday + hours(34), .customers = customers(0, 60), .sequence = 1}));
  engine.Observe(MakeEvent({.at = kMonday + hours(58), .customers = customers(500, 30), .sequence = 2}));
  const auto observed = engine.Observe(
      MakeEvent({.at = kMonday + hours(34) + minutes(20), .customers = customers(100, 50), .sequence = 3}));
  EXPECT_EQ(observed.at(0).measured, 110U);
  EXPECT_TRUE(observed.at(0).over);
  EXPECT_THAT(observed.at(0).window_event_ids, ElementsAreArray({"agent-w1/1/1", "agent-w1/1/3"}));
}

TEST(ThresholdEngine, DescribesAWindowWhenItIsAsked) {
  auto engine =
      MakeEngine({MakeThreshold(v1::MEASURE_EVENTS, hours(1), 1), MakeThreshold(v1::MEASURE_BYTES, hours(1), 1)});
  const auto wants_none = [](const auto&, const auto&) { return false; };
  engine.Observe(MakeEvent({.customers = {1}, .bytes = 9, .sequence = 1}), wants_none);
  auto observed = engine.Observe(MakeEvent({.customers = {2}, .bytes = 9, .sequence = 2}), wants_none);
  for (Observation& each : observed) {
    EXPECT_EQ(each.window_events, 0U);
    engine.Describe(each);
    EXPECT_EQ(each.window_events, 2U);
    EXPECT_EQ(each.window_records.size(), 2U);
    EXPECT_THAT(each.window_event_ids, ElementsAreArray({"agent-w1/1/1", "agent-w1/1/2"}));
  }
}

}  // namespace
}  // namespace vigie::threshold
