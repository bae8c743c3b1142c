// What is usual for a subject and for its group, and when that says anything.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/threshold/explanation.h"
#include "core/threshold/usual.h"
#include "tests/unit/core_threshold/threshold_story.h"

namespace vigie::threshold {
namespace {

using ::testing::HasSubstr;

TEST(UsualDays, MedianAndDeviationAreRobust) {
  const Usual usual = UsualOf({{10, 2}, {12, 3}, {14, 2}, {1'000'000, 1}});
  EXPECT_EQ(usual.days, 8U);
  EXPECT_DOUBLE_EQ(usual.median, 12);
  EXPECT_DOUBLE_EQ(usual.scale, 1.4826 * 2);
  EXPECT_EQ(usual.LimitAt(2), 17U);
}

TEST(UsualDays, OfAnEvenNumberTheMedianIsInTheMiddle) {
  EXPECT_DOUBLE_EQ(UsualOf({{10, 1}, {13, 1}}).median, 11.5);
  EXPECT_DOUBLE_EQ(UsualOf({{10, 2}, {13, 1}}).median, 10);
  EXPECT_EQ(UsualOf({}).days, 0U);
}

TEST(UsualDays, DaysThatAreAllAlikeStillHaveAScale) {
  EXPECT_DOUBLE_EQ(UsualOf({{3, 20}}).scale, 1);
  EXPECT_DOUBLE_EQ(UsualOf({{400, 20}}).scale, 40);
}

TEST(UsualDays, ALimitBeyondAllNumbersIsTheGreatest) {
  EXPECT_EQ(UsualOf({{std::uint64_t{1} << 62, 9}}).LimitAt(1'000'000), std::numeric_limits<std::uint64_t>::max());
}

TEST(UsualDays, ADayKeepsItsHighestValue) {
  DailyPeaks peaks;
  EXPECT_EQ(peaks.Raise(7, 0).raised, DailyPeaks::Raised::kIsNew);
  EXPECT_EQ(peaks.Raise(7, 5).before, 0U);
  EXPECT_EQ(peaks.Raise(7, 4).raised, DailyPeaks::Raised::kNot);
  EXPECT_EQ(peaks.Raise(5, 9).raised, DailyPeaks::Raised::kIsNew);
  ASSERT_EQ(peaks.days().size(), 2U);
  EXPECT_EQ(peaks.days()[0].value(), 9U);
  peaks.DropBefore(6);
  ASSERT_EQ(peaks.days().size(), 1U);
  EXPECT_EQ(peaks.days()[0].value(), 5U);
}

TEST(UsualDays, AGroupIsCountedWithoutTheOneWhoIsCompared) {
  DailyPeaks own;
  GroupPeaks group;
  group.Note(1, own.Raise(1, 900));
  group.Note(1, own.Raise(1, 1000));
  for (const std::uint64_t value : {10, 12, 14}) {
    DailyPeaks other;
    group.Note(1, other.Raise(1, value));
    group.Note(2, other.Raise(2, value));
  }
  const auto others = group.UsualWithout(own, {1, 2});
  EXPECT_EQ(others.days, 2U);
  EXPECT_EQ(others.usual.days, 6U);
  EXPECT_DOUBLE_EQ(others.usual.median, 12);
  EXPECT_EQ(group.UsualWithout(own, {2, 2}).usual.days, 3U);
  group.DropBefore(2);
  EXPECT_EQ(group.UsualWithout(own, {1, 2}).days, 1U);
}

TEST(UsualDays, AGroupsLargeValuesAreRoundedDownByASixteenthAtMost) {
  GroupPeaks group;
  DailyPeaks other;
  group.Note(1, other.Raise(1, 65'535));
  EXPECT_DOUBLE_EQ(group.UsualWithout(DailyPeaks(), {1, 1}).usual.median, 63'488);
}

class Baselines : public ::testing::Test {
 protected:
  static v1::Threshold Rule(const std::vector<v1::BaselineOf>& of = {}) {
    v1::Threshold rule = MakeThreshold(v1::MEASURE_EVENTS, hours(24), 5);
    v1::Baseline& baseline = *rule.mutable_baseline();
    *baseline.mutable_history() = contract::ToProto(hours(24 * 14));
    baseline.set_at_least(7);
    baseline.set_deviation(6);
    for (const v1::BaselineOf each : of) baseline.add_of(each);
    return rule;
  }

  void Use(const v1::Threshold& rule) {
    v1::Policy source;
    source.set_version(1);
    *source.add_thresholds() = rule;
    v1::Group& sales = *source.add_groups();
    sales.set_name("sales");
    for (const char* user : {"alice", "bob", "carol", "dave"}) sales.add_users(user);
    auto policy = policy::CompiledPolicy::Compile(source);
    ASSERT_TRUE(policy) << policy.error().message;
    engine_.emplace(std::make_shared<const policy::CompiledPolicy>(*std::move(policy)));
  }

  // So many accesses in one event, at about noon of that day: each day a little later, so that days do not overlap.
  Observation On(int day, std::uint32_t accesses, const std::string& user = "alice") {
    v1::Event event =
        MakeEvent({.at = kMonday + hours(24 * day + 12) + minutes(5 * day), .user = user, .sequence = ++sequence_});
    event.set_folded(accesses - 1);
    return std::move(engine_->Observe(event).at(0));
  }

  std::optional<ThresholdEngine> engine_;
  std::uint64_t sequence_ = 0;
};

TEST_F(Baselines, SayNothingBeforeThereIsEnoughHistory) {
  Use(Rule());
  for (int day = 0; day < 6; ++day) EXPECT_FALSE(On(day, 12).over);
  const Observation early = On(7, 4000);  // six days before it
  EXPECT_FALSE(early.over);
  EXPECT_EQ(early.measured, 4000U);
  EXPECT_EQ(Explain(early), "");
}

TEST_F(Baselines, TellTheFigures) {
  Use(Rule());
  for (int day = 0; day < 8; ++day) On(day, day % 2 == 0 ? 10 : 14);
  const Observation odd = On(9, 410);
  EXPECT_TRUE(odd.over);
  EXPECT_EQ(odd.limit, 29U);
  EXPECT_EQ(Explain(odd),
            "usually 12 events a day (median of 8 days), now 410: 134.2 deviations of 3; the rule allows 6");
}

TEST_F(Baselines, OverIsTheLeastOfIt) {
  v1::Threshold rule = Rule();
  rule.set_over(1000);
  Use(rule);
  for (int day = 0; day < 10; ++day) On(day, 12);
  EXPECT_FALSE(On(11, 1000).over);
  EXPECT_TRUE(On(11, 1).over);
}

TEST_F(Baselines, TheDayThatIsJudgedIsNoPartOfTheUsual) {
  Use(Rule());
  for (int day = 0; day < 8; ++day) On(day, 12);
  for (int i = 0; i < 50; ++i) On(9, 100);
  EXPECT_EQ(On(9, 1).compared->own->median, 12);
  EXPECT_EQ(On(10, 60).compared->own->median, 12) << "nor the day before, which the window still holds";
}

TEST_F(Baselines, WeekendsAndAbsenceAreNoDays) {
  Use(Rule());
  for (int day = 0; day < 12; ++day) {
    if (day % 7 < 5) On(day, 12);
  }
  const Observation back = On(14, 60);
  ASSERT_TRUE(back.compared->own);
  EXPECT_EQ(back.compared->own->median, 12);
  EXPECT_EQ(back.compared->own->days, 10U);
  EXPECT_FALSE(On(60, 6000).over) << "away for longer than the history";
}

TEST_F(Baselines, FewerThanHalfOddDaysDoNotMoveIt) {
  Use(Rule());
  for (int day = 0; day < 13; ++day) On(day, day % 5 < 2 && day < 12 ? 5000 : 12);
  EXPECT_EQ(On(14, 60).compared->own->median, 12);
}

TEST_F(Baselines, ComparesWithTheGroupAsWell) {
  Use(Rule());
  for (int day = 0; day < 8; ++day) {
    On(day, 12);
    for (const char* user : {"bob", "carol", "dave"}) On(day, 400, user);
  }
  const Observation like_them = On(9, 400);
  EXPECT_FALSE(like_them.over);
  ASSERT_TRUE(like_them.compared->others);
  EXPECT_EQ(like_them.compared->others->days, 24U);
  const Observation unlike = On(9, 600);
  EXPECT_TRUE(unlike.over);
  EXPECT_THAT(Explain(unlike), HasSubstr("; the others of the group usually 400 (median of 24 of their days): 15 "
                                         "deviations of 40; the rule allows 6"));
}

TEST_F(Baselines, WhoIsNewIsComparedWithTheGroupIfTheRuleSaysSo) {
  Use(Rule({v1::BASELINE_OF_GROUP}));
  for (int day = 0; day < 8; ++day) {
    for (const char* user : {"bob", "carol", "dave"}) On(day, 12, user);
  }
  const Observation first = On(9, 410);
  EXPECT_TRUE(first.over);
  EXPECT_EQ(
      Explain(first),
      "the others of the group usually 12 events a day (median of 24 of their days), now 410: 331.7 deviations of "
      "1.2; the rule allows 6");
  EXPECT_FALSE(On(9, 410, "nobody").over) << "who is in no group has none to be compared with";
}

TEST_F(Baselines, NeedsBothIfTheRuleNamesBoth) {
  Use(Rule({v1::BASELINE_OF_OWN, v1::BASELINE_OF_GROUP}));
  for (int day = 0; day < 8; ++day) On(day, 12);
  EXPECT_FALSE(On(9, 410).over) << "the others have done nothing yet";
}

TEST_F(Baselines, ALateDayIsPutWhereItBelongs) {
  Use(Rule());
  for (int day = 0; day < 8; ++day) {
    if (day != 3) On(day, 12);
  }
  On(9, 12);
  const Observation late = On(3, 5000);
  EXPECT_TRUE(late.late);
  EXPECT_FALSE(late.over) << "there were only two days before it";
  const Observation next = On(10, 60);
  EXPECT_EQ(next.compared->own->days, 8U);
  EXPECT_EQ(next.compared->own->median, 12);
}

TEST_F(Baselines, AShortWindowIsComparedUpToYesterday) {
  v1::Threshold rule = Rule();
  *rule.mutable_window() = contract::ToProto(hours(1));
  Use(rule);
  for (int day = 0; day < 8; ++day) {
    On(day, 12);
    const Observation evening = ObserveOne(*engine_, {.at = kMonday + hours(24 * day + 20), .sequence = ++sequence_});
    EXPECT_EQ(evening.measured, 1U);
  }
  const Observation odd = On(8, 60);
  EXPECT_TRUE(odd.over);
  EXPECT_EQ(Explain(odd),
            "usually 12 events within 1h (median of 8 days), now 60: 40 deviations of 1.2; the rule allows 6");
}

TEST_F(Baselines, NeedAsManyDaysOfEventsAsTheyCompareWith) {
  Use(Rule());
  EXPECT_GE(engine_->longest_window(), hours(24 * 17));
}

}  // namespace
}  // namespace vigie::threshold
