#include "core/threshold/threshold_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/core_threshold/threshold_story.h"

namespace vigie::threshold {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto kCustomers = v1::MEASURE_DISTINCT_CUSTOMERS;

TEST(ThresholdEngine, CountsEachCustomerOnce) {
  ThresholdEngine engine = MakeEngine({MakeThreshold(kCustomers, hours(24), 3)});
  EXPECT_FALSE(ObserveOne(engine, {.customers = {1, 2}}).over);
  EXPECT_FALSE(ObserveOne(engine, {.customers = {2, 3}, .sequence = 2}).over);
  const Observation third = ObserveOne(engine, {.at = kMonday + hours(1), .customers = {3, 4}, .sequence = 3});
  EXPECT_TRUE(third.over);
  EXPECT_EQ(third.measured, 4U);
  EXPECT_EQ(third.subject, "user=alice");
  EXPECT_EQ(third.threshold->source.id(), "t-4");
  EXPECT_EQ(third.window_events, 3U);
  EXPECT_THAT(third.window_records.Ids(), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(third.window_event_ids, ElementsAre("agent-w1/1/1", "agent-w1/1/2", "agent-w1/1/3"));
}

TEST(ThresholdEngine, DoesNotCountWhatGoesToAnAllowedDestination) {
  v1::Policy source;
  source.set_version(1);
  source.add_allowed_destinations("*.example.com:443");
  *source.add_thresholds() = MakeThreshold(kCustomers, hours(24), 2);
  auto policy = policy::CompiledPolicy::Compile(source);
  ASSERT_TRUE(policy) << policy.error().message;
  ThresholdEngine engine(std::make_shared<const policy::CompiledPolicy>(*std::move(policy)));
  v1::Event event = MakeEvent({.customers = {1, 2, 3}});
  event.mutable_activity()->mutable_destination()->set_address("files.example.com");
  event.mutable_activity()->mutable_destination()->set_port(443);
  EXPECT_THAT(engine.Observe(event), IsEmpty());
  event.mutable_activity()->mutable_destination()->set_port(80);
  EXPECT_THAT(engine.Observe(event), SizeIs(1));
}

TEST(ThresholdEngine, IsOverOnlyAboveTheLimit) {
  ThresholdEngine engine = MakeEngine({MakeThreshold(kCustomers, hours(24), 2)});
  const Observation at_limit = ObserveOne(engine, {.customers = {1, 2}});
  EXPECT_EQ(at_limit.measured, 2U);
  EXPECT_FALSE(at_limit.over);
  EXPECT_THAT(at_limit.window_event_ids, IsEmpty());
}

TEST(ThresholdEngine, SeesASlowDripOverDays) {
  ThresholdEngine engine = MakeEngine({MakeThreshold(kCustomers, hours(24) * 30, 99)});
  for (std::uint32_t i = 0; i < 100; ++i) {
    const Observation drop = ObserveOne(engine, {.at = kMonday + i * hours(7), .customers = {i}, .sequence = i + 1});
    EXPECT_EQ(drop.measured, i + 1);
    EXPECT_EQ(drop.over, i == 99);
  }
}

TEST(ThresholdEngine, ForgetsWhatLeftTheWindow) {
  ThresholdEngine engine = MakeEngine({MakeThreshold(kCustomers, hours(1), 0)});
  ObserveOne(engine, {.customers = {1, 2, 3}});
  EXPECT_EQ(ObserveOne(engine, {.at = kMonday + hours(2), .customers = {3}}).measured, 1U);
}

TEST(ThresholdEngine, KeepsSubjectsApart) {
  v1::Threshold threshold = MakeThreshold(v1::MEASURE_EVENTS, hours(1), 0);
  threshold.add_per(v1::SUBJECT_KEY_HOST);
  ThresholdEngine engine = MakeEngine({threshold});
  EXPECT_EQ(ObserveOne(engine, {}).subject, "host=w1,user=alice");
  EXPECT_EQ(ObserveOne(engine, {.user = "bob"}).measured, 1U);
  EXPECT_EQ(ObserveOne(engine, {.host = "w2"}).measured, 1U);
  EXPECT_EQ(ObserveOne(engine, {}).measured, 2U);
}

TEST(ThresholdEngine, NeverTakesOneSubjectForAnother) {
  v1::Threshold threshold = MakeThreshold(v1::MEASURE_EVENTS, hours(1), 0);
  threshold.add_per(v1::SUBJECT_KEY_HOST);
  ThresholdEngine engine = MakeEngine({threshold});
  EXPECT_EQ(ObserveOne(engine, {.user = "a", .host = "h,user=b"}).subject, "host=h%2Cuser=b,user=a");
}

TEST(ThresholdEngine, CountsPerProcessAndDestination) {
  v1::Threshold threshold = MakeThreshold(v1::MEASURE_EVENTS, hours(1), 0);
  threshold.clear_per();
  threshold.add_per(v1::SUBJECT_KEY_PROCESS);
  threshold.add_per(v1::SUBJECT_KEY_DESTINATION);
  ThresholdEngine engine = MakeEngine({threshold});
  v1::Event event = MakeEvent({});
  EXPECT_THAT(engine.Observe(event), IsEmpty()) << "it went nowhere";
  event.mutable_activity()->mutable_destination()->set_address("198.51.100.7");
  EXPECT_EQ(engine.Observe(event).at(0).subject, "destination=198.51.100.7,process=/usr/bin/curl");
  event.mutable_activity()->mutable_destination()->set_name("files.example.com");
  EXPECT_EQ(engine.Observe(event).at(0).subject, "destination=files.example.com,process=/usr/bin/curl");
}

TEST(ThresholdEngine, DoesNotCountEventsWithoutTheKey) {
  ThresholdEngine engine = MakeEngine({MakeThreshold(v1::MEASURE_EVENTS, hours(1), 0)});
  EXPECT_THAT(engine.Observe(MakeEvent({.user = ""})), IsEmpty());
}

TEST(ThresholdEngine, IgnoresGapsAndWhatItsConditionExcludes) {
  v1::Threshold threshold = MakeThreshold(v1::MEASURE_EVENTS, hours(1), 0);
  threshold.mutable_when()->add_verdicts(v1::VERDICT_BLOCK);
  ThresholdEngine engine = MakeEngine({threshold});
  v1::Event event = MakeEvent({});
  EXPECT_THAT(engine.Observe(event), IsEmpty());
  event.set_verdict(v1::VERDICT_BLOCK);
  EXPECT_THAT(engine.Observe(event), SizeIs(1));
  event.mutable_gap()->set_sensor("file_events");
  EXPECT_THAT(engine.Observe(event), IsEmpty());
}

TEST(ThresholdEngine, AnswersForEachThresholdThatMatches) {
  ThresholdEngine engine =
      MakeEngine({MakeThreshold(v1::MEASURE_EVENTS, hours(1), 0), MakeThreshold(kCustomers, hours(1), 5),
                  MakeThreshold(v1::MEASURE_BYTES, hours(24), 10)});
  const auto observations = engine.Observe(MakeEvent({.customers = {1, 2}, .bytes = 11}));
  ASSERT_THAT(observations, SizeIs(3));
  EXPECT_TRUE(observations[0].over);
  EXPECT_FALSE(observations[1].over);
  EXPECT_EQ(observations[1].measured, 2U);
  EXPECT_TRUE(observations[2].over);
  EXPECT_GE(engine.longest_window(), hours(24));
  EXPECT_LE(engine.longest_window(), hours(24) + minutes(3));
}

TEST(ThresholdEngine, CountsFoldedAccessesAsEvents) {
  ThresholdEngine engine = MakeEngine({MakeThreshold(v1::MEASURE_EVENTS, hours(1), 0)});
  v1::Event event = MakeEvent({});
  event.set_folded(9);
  const auto observations = engine.Observe(event);
  EXPECT_EQ(observations.at(0).measured, 10U);
  EXPECT_EQ(observations.at(0).window_events, 1U);
}

TEST(ThresholdEngine, KnowsAFileByItsInodeElseByItsPath) {
  ThresholdEngine engine = MakeEngine({MakeThreshold(v1::MEASURE_DISTINCT_FILES, hours(1), 0)});
  EXPECT_EQ(ObserveOne(engine, {.inode = 7, .path = "/a"}).measured, 1U);
  EXPECT_EQ(ObserveOne(engine, {.inode = 7, .path = "/renamed"}).measured, 1U);
  EXPECT_EQ(ObserveOne(engine, {.host = "w2", .inode = 7, .path = "/a"}).measured, 2U);
  EXPECT_EQ(ObserveOne(engine, {.path = "/a"}).measured, 3U);
  EXPECT_EQ(ObserveOne(engine, {.path = "/a"}).measured, 3U);
}

TEST(ThresholdEngine, CountsALateEventWhereItBelongs) {
  ThresholdEngine engine = MakeEngine({MakeThreshold(kCustomers, hours(1), 1)});
  ObserveOne(engine, {.customers = {1}, .sequence = 2});
  const Observation late = ObserveOne(engine, {.at = kMonday - minutes(30), .customers = {2}, .sequence = 1});
  EXPECT_EQ(late.measured, 2U);
  EXPECT_THAT(late.window_event_ids, ElementsAre("agent-w1/1/1", "agent-w1/1/2"));
  const Observation after = ObserveOne(engine, {.at = kMonday + minutes(45), .customers = {3}, .sequence = 3});
  EXPECT_EQ(after.measured, 2U) << "the late one left the window first";
}

// Alice's laptop was away for two days while she worked at another desk.
TEST(ThresholdEngine, CountsABacklogOlderThanTheWindowAmongItself) {
  ThresholdEngine engine = MakeEngine({MakeThreshold(kCustomers, hours(24), 10)});
  ObserveOne(engine, {.customers = {1, 2, 3}});
  for (std::uint32_t i = 0; i < 11; ++i) {
    const auto at = kMonday - hours(48) + minutes(i);
    EXPECT_EQ(ObserveOne(engine, {.at = at, .host = "laptop", .customers = {100 + i}}).measured, i + 1);
  }
  EXPECT_EQ(ObserveOne(engine, {.customers = {4}}).measured, 4U) << "and the present is not touched by it";
}

// Nobody but Bob uses the laptop, and others were busy meanwhile: his first late event must not be forgotten before the
// second.
TEST(ThresholdEngine, CountsTheBacklogOfAQuietUser) {
  ThresholdEngine engine = MakeEngine({MakeThreshold(kCustomers, hours(1), 4)});
  for (std::uint32_t i = 0; i < 5; ++i) {
    ObserveOne(engine, {.at = kMonday + minutes(i), .customers = {1}});
    const auto at = kMonday - hours(48) + minutes(i);
    EXPECT_EQ(ObserveOne(engine, {.at = at, .user = "bob", .host = "laptop", .customers = {i}}).measured, i + 1);
  }
}

TEST(ThresholdEngine, IsNotMovedByAClockThatRunsAhead) {
  ThresholdEngine engine = MakeEngine({MakeThreshold(kCustomers, hours(1), 0)});
  ObserveOne(engine, {.customers = {1}});
  v1::Event ahead = MakeEvent({.at = kMonday + hours(24) * 365, .customers = {2}});
  *ahead.mutable_received_at() = contract::ToProto(kMonday + minutes(1));
  EXPECT_EQ(engine.Observe(ahead).at(0).measured, 2U);
  EXPECT_EQ(ObserveOne(engine, {.at = kMonday + minutes(2), .customers = {3}}).measured, 3U);
}

TEST(ThresholdEngine, ComesBackAfterARestartByReplay) {
  const std::vector<v1::Threshold> thresholds = {MakeThreshold(kCustomers, hours(2), 5),
                                                 MakeThreshold(v1::MEASURE_BYTES, hours(1), 50)};
  ThresholdEngine uninterrupted = MakeEngine(thresholds);
  std::vector<v1::Event> stored;
  for (std::uint32_t i = 0; i < 200; ++i) {
    stored.push_back(MakeEvent({.at = kMonday + i * minutes(3),
                                .user = i % 3 == 0 ? "alice" : "bob",
                                .customers = {i % 40, i % 7},
                                .bytes = i,
                                .sequence = i + 1}));
    uninterrupted.Observe(stored.back());
  }
  const v1::Event next = MakeEvent({.at = kMonday + minutes(600), .customers = {999}, .bytes = 1, .sequence = 201});
  const auto horizon = contract::FromProto(next.activity().at()) - uninterrupted.longest_window();
  ThresholdEngine restarted = MakeEngine(thresholds);
  for (const v1::Event& event : stored) {
    if (contract::FromProto(event.activity().at()) >= horizon) restarted.Observe(event);
  }
  const auto expected = uninterrupted.Observe(next);
  const auto observed = restarted.Observe(next);
  ASSERT_EQ(observed.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(observed[i].measured, expected[i].measured);
    EXPECT_EQ(observed[i].subject, expected[i].subject);
    EXPECT_TRUE(observed[i].over);
    EXPECT_EQ(observed[i].window_events, expected[i].window_events);
    EXPECT_EQ(observed[i].window_records, expected[i].window_records);
    EXPECT_EQ(observed[i].window_event_ids, expected[i].window_event_ids);
  }
}

TEST(ThresholdEngine, HoldsNobodyForBytesThatAreNoRecordSet) {
  ThresholdEngine engine = MakeEngine({MakeThreshold(kCustomers, hours(1), 0)});
  v1::Event event = MakeEvent({});
  event.mutable_inspection()->mutable_customers()->set_records("no bitmap");
  EXPECT_EQ(engine.Observe(event).at(0).measured, 0U);
}

TEST(ThresholdEngine, WithoutThresholdsObservesNothing) {
  ThresholdEngine engine = MakeEngine({});
  EXPECT_THAT(engine.Observe(MakeEvent({})), IsEmpty());
  EXPECT_EQ(engine.longest_window().count(), 0);
}

}  // namespace
}  // namespace vigie::threshold
