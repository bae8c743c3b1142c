#include "server/rollout_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/server/event_builder.h"

namespace vigie::server {
namespace {

using base::ErrorCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const RolloutAct kAct{kStoryBegin, "carol"};

// pilot, early and default, all at 7, after 6.
class RolloutPlanTest : public ::testing::Test {
 protected:
  void SetUp() override {
    plan_ = RolloutPlan::Restore({}, {{7, "", kStoryBegin}, {6, "", kStoryBegin}});
    ASSERT_TRUE(plan_.SetNames({"pilot", "early"}));
  }
  std::vector<std::uint32_t> Versions() const {
    std::vector<std::uint32_t> versions;
    for (const v1::Ring& ring : plan_.rings()) versions.push_back(ring.policy_version());
    return versions;
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const v1::Ring& ring : plan_.rings()) names.push_back(ring.name());
    return names;
  }
  base::Result<void> Promote(std::uint32_t version, const std::string& to, std::uint32_t replaces) {
    v1::PromotePolicyRequest request;
    request.set_version(version);
    request.set_to(to);
    request.set_replaces(replaces);
    return plan_.Promote(request, kAct);
  }
  base::Result<void> RollBack(std::uint32_t version, const std::string& from = "") {
    v1::RollBackPolicyRequest request;
    request.set_version(version);
    request.set_from(from);
    return plan_.RollBack(request, kAct);
  }

  RolloutPlan plan_;
};

TEST_F(RolloutPlanTest, OfBeforeThereWereRingsEverybodyRunsTheLatest) {
  EXPECT_THAT(Names(), ElementsAre("pilot", "early", "default"));
  EXPECT_THAT(Versions(), ElementsAre(7, 7, 7));
  EXPECT_THAT(plan_.rings()[2].former_versions(), ElementsAre(6));
  EXPECT_EQ(RolloutPlan().in_force(), 0U);
  EXPECT_EQ(RolloutPlan::Restore(plan_.rings(), {}).rings().size(), 3U);
}

TEST_F(RolloutPlanTest, AVersionGoesFromRingToRing) {
  ASSERT_TRUE(plan_.RollOut(8, "", kAct));
  EXPECT_THAT(Versions(), ElementsAre(8, 7, 7));
  EXPECT_EQ(plan_.rings()[0].set_by(), "carol");
  ASSERT_TRUE(Promote(8, "early", 7));
  EXPECT_EQ(plan_.in_force(), 7U);
  ASSERT_TRUE(Promote(8, "default", 7));
  EXPECT_THAT(Versions(), ElementsAre(8, 8, 8));
  EXPECT_EQ(plan_.in_force(), 8U);
}

TEST_F(RolloutPlanTest, APromotionTakesTheRingsBeforeAlong) {
  ASSERT_TRUE(plan_.RollOut(8, "pilot", kAct));
  ASSERT_TRUE(Promote(8, "default", 7));
  EXPECT_THAT(Versions(), ElementsAre(8, 8, 8));
  ASSERT_TRUE(plan_.RollOut(9, "early", kAct));
  ASSERT_TRUE(plan_.RollOut(10, "pilot", kAct));
  ASSERT_TRUE(Promote(9, "default", 8));
  EXPECT_THAT(Versions(), ElementsAre(10, 9, 9)) << "who runs something newer keeps it";
}

TEST_F(RolloutPlanTest, APromotionOfWhatWasNotShownIsRefused) {
  ASSERT_TRUE(plan_.RollOut(8, "", kAct));
  EXPECT_EQ(Promote(8, "early", 6).error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(Promote(9, "early", 7).error().code, ErrorCode::kAlreadyExists) << "no ring runs it";
  EXPECT_EQ(Promote(8, "nowhere", 7).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(Promote(8, "pilot", 8).error().code, ErrorCode::kFailedPrecondition);
  EXPECT_EQ(Promote(7, "pilot", 8).error().code, ErrorCode::kFailedPrecondition) << "that would be a roll-back";
  EXPECT_THAT(Versions(), ElementsAre(8, 7, 7));
}

TEST_F(RolloutPlanTest, ARollBackGoesBackToWhatEachRanBefore) {
  ASSERT_TRUE(plan_.RollOut(8, "early", kAct));
  ASSERT_TRUE(plan_.RollOut(9, "", kAct));
  ASSERT_TRUE(Promote(9, "default", 7));
  ASSERT_TRUE(RollBack(9));
  EXPECT_THAT(Versions(), ElementsAre(8, 8, 7));
  ASSERT_TRUE(RollBack(8));
  ASSERT_TRUE(RollBack(7));
  EXPECT_THAT(Versions(), ElementsAre(6, 6, 6));
  EXPECT_EQ(RollBack(6).error().code, ErrorCode::kFailedPrecondition) << "there was nothing before";
  EXPECT_THAT(Versions(), ElementsAre(6, 6, 6));
}

TEST_F(RolloutPlanTest, ARollBackCanBeThatOfTheLastPromotionOnly) {
  ASSERT_TRUE(plan_.RollOut(8, "", kAct));
  ASSERT_TRUE(Promote(8, "default", 7));
  ASSERT_TRUE(RollBack(8, "default"));
  EXPECT_THAT(Versions(), ElementsAre(8, 8, 7));
  EXPECT_EQ(RollBack(8, "default").error().code, ErrorCode::kAlreadyExists) << "it does not run it any more";
  EXPECT_EQ(RollBack(8, "nowhere").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(RollBack(0).error().code, ErrorCode::kAlreadyExists);
}

TEST_F(RolloutPlanTest, AVersionThatWasWithdrawnIsNothingToGoBackTo) {
  ASSERT_TRUE(plan_.RollOut(8, "early", kAct));
  ASSERT_TRUE(plan_.RollOut(9, "pilot", kAct));
  ASSERT_TRUE(RollBack(8));
  EXPECT_THAT(Versions(), ElementsAre(9, 7, 7));
  ASSERT_TRUE(RollBack(9));
  EXPECT_THAT(Versions(), ElementsAre(7, 7, 7));
}

TEST_F(RolloutPlanTest, OnlySoManyFormerVersionsAreRemembered) {
  for (std::uint32_t version = 8; version < 60; ++version) ASSERT_TRUE(plan_.RollOut(version, "pilot", kAct));
  ASSERT_EQ(plan_.rings()[0].former_versions_size(), kMostFormerVersions);
  EXPECT_EQ(plan_.rings()[0].former_versions(kMostFormerVersions - 1), 58U);
}

TEST_F(RolloutPlanTest, ANewRingRunsWhatTheOneBehindItRuns) {
  ASSERT_TRUE(plan_.RollOut(8, "early", kAct));
  ASSERT_TRUE(plan_.SetNames({"first", "pilot", "middle", "early", "late"}));
  EXPECT_THAT(Names(), ElementsAre("first", "pilot", "middle", "early", "late", "default"));
  EXPECT_THAT(Versions(), ElementsAre(8, 8, 8, 8, 7, 7));
  ASSERT_TRUE(plan_.SetNames({"late"}));
  EXPECT_THAT(Versions(), ElementsAre(7, 7));
  ASSERT_TRUE(plan_.SetNames({}));
  EXPECT_THAT(Names(), ElementsAre("default"));
}

TEST_F(RolloutPlanTest, NamesAreChecked) {
  const std::vector<std::vector<std::string>> bad = {{"early", "pilot"},
                                                     {"pilot", "pilot"},
                                                     {"default"},
                                                     {""},
                                                     {"Pilot"},
                                                     {"a b"},
                                                     {std::string(33, 'a')},
                                                     {"a", "b", "c", "d", "e", "f", "g", "h", "i"}};
  for (const auto& names : bad) {
    EXPECT_EQ(plan_.SetNames(names).error().code, ErrorCode::kInvalidArgument) << ::testing::PrintToString(names);
    EXPECT_THAT(Names(), ElementsAre("pilot", "early", "default"));
  }
}

}  // namespace
}  // namespace vigie::server
