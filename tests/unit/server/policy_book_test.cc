#include "server/api/policy_book.h"

#include <gmock/gmock.h>

#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

using base::ErrorCode;
using ::testing::HasSubstr;

class PolicyPushing : public ServerFixture {
 protected:
  void SetUp() override { Start(nullptr); }
  static std::string Text(int version) { return "version: " + std::to_string(version) + "\n" + BulkThreshold(5); }

  api::AgentSessions sessions_{clock_};
  api::PolicyBook book_{{lane_, detector_, sessions_, clock_, store_}, {}};
};

TEST_F(PolicyPushing, PutsItInForceEverywhere) {
  EXPECT_FALSE(book_.current());
  const auto pushed = book_.Push(Text(7));
  ASSERT_TRUE(pushed) << pushed.error().message;
  EXPECT_EQ(pushed->version(), 7U);
  EXPECT_EQ(book_.current()->record.text, Text(7));
  EXPECT_EQ(store_.LatestPolicy().value()->version, 7U);
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 6)})});
  EXPECT_EQ(TheOpenIncident().rule(), "bulk");
}

TEST_F(PolicyPushing, VersionsMustGrow) {
  ASSERT_TRUE(book_.Push(Text(7)));
  for (const int version : {7, 6}) {
    const auto pushed = book_.Push(Text(version));
    ASSERT_FALSE(pushed);
    EXPECT_EQ(pushed.error().code, ErrorCode::kFailedPrecondition);
    EXPECT_THAT(pushed.error().message, HasSubstr("greater than 7"));
  }
}

TEST_F(PolicyPushing, ABadOneLeavesTheGoodOneInForce) {
  ASSERT_TRUE(book_.Push(Text(7)));
  const auto pushed = book_.Push("version: 8\nthresholds:\n  - id: x\n    bogus: 1\n");
  ASSERT_FALSE(pushed);
  EXPECT_EQ(pushed.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(book_.current()->record.version, 7U);
}

TEST_F(PolicyPushing, OneThatCannotBeKeptIsNotInForce) {
  ASSERT_TRUE(book_.Push(Text(7)));
  store_.FailCommits(1);
  EXPECT_FALSE(book_.Push(Text(8)));
  EXPECT_EQ(book_.current()->record.version, 7U);
  EXPECT_TRUE(book_.Push(Text(8)));
}

class PolicyRings : public PolicyPushing {
 protected:
  // pilot and default, both at 7.
  void SetUp() override {
    PolicyPushing::SetUp();
    ASSERT_TRUE(book_.Push(Text(7)));
    ASSERT_TRUE(book_.SetRings({"pilot"}));
  }
  base::Result<v1::RolloutResponse> RollOut(const std::string& text) {
    v1::RollOutPolicyRequest request;
    request.set_text(text);
    return book_.RollOut(request, "carol");
  }
  base::Result<v1::RolloutResponse> Promote(std::uint32_t version, std::uint32_t replaces) {
    v1::PromotePolicyRequest request;
    request.set_version(version);
    request.set_to("default");
    request.set_replaces(replaces);
    return book_.Promote(request, "carol");
  }
  base::Result<v1::RolloutResponse> RollBack(std::uint32_t version) {
    v1::RollBackPolicyRequest request;
    request.set_version(version);
    return book_.RollBack(request, "carol");
  }
  std::vector<std::uint32_t> Versions() {
    std::vector<std::uint32_t> versions;
    const auto rings = store_.ListRings();
    for (const v1::Ring& ring : *rings) versions.push_back(ring.policy_version());
    return versions;
  }
};

TEST_F(PolicyRings, WhatThePilotRunsIsNotWhatTheCollectorCountsBy) {
  ASSERT_TRUE(RollOut("version: 8\n" + BulkThreshold(100)));
  EXPECT_EQ(Versions(), (std::vector<std::uint32_t>{8, 7}));
  EXPECT_EQ(book_.current()->record.version, 7U);
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 6)})});
  EXPECT_EQ(TheOpenIncident().rule(), "bulk") << "over 5, as version 7 says";
}

TEST_F(PolicyRings, APromotionToTheLastRingIsCountedByAndARollBackTakesItBack) {
  ASSERT_TRUE(RollOut("version: 8\n" + BulkThreshold(100)));
  ASSERT_TRUE(Promote(8, 7));
  EXPECT_EQ(book_.current()->record.version, 8U);
  Observe({MakeEvent({.sequence = 1, .records = Records(1, 6)})});
  EXPECT_TRUE(store_.OpenIncidents()->empty()) << "over 100, as version 8 says";
  ASSERT_TRUE(RollBack(8));
  EXPECT_EQ(Versions(), (std::vector<std::uint32_t>{7, 7}));
  EXPECT_EQ(book_.current()->record.text, Text(7));
  Observe({MakeEvent({.sequence = 2, .records = Records(7, 8)})});
  EXPECT_EQ(TheOpenIncident().rule(), "bulk");
  EXPECT_EQ(book_.Push(Text(8)).error().code, ErrorCode::kFailedPrecondition) << "its version is used up";
  EXPECT_FALSE(book_.Check(Text(8)).pushable());
  EXPECT_EQ(book_.Check(Text(8)).greatest_version(), 8U);
  EXPECT_TRUE(book_.Push(Text(9)));
}

TEST_F(PolicyRings, OneThatCannotBeKeptChangesNothing) {
  ASSERT_TRUE(RollOut(Text(8)));
  store_.FailCommits(1);
  EXPECT_FALSE(Promote(8, 7));
  EXPECT_EQ(book_.rings().back().policy_version(), 7U);
  EXPECT_EQ(book_.current()->record.version, 7U);
  EXPECT_TRUE(Promote(8, 7));
}

TEST_F(PolicyRings, ARingWithWorkstationsStays) {
  Enrol("a");
  auto agent = *store_.FindAgent("a").value();
  agent.status.set_ring("pilot");
  ASSERT_TRUE(store_.Write([&](StoreTransaction& transaction) { return transaction.SaveAgent(agent); }));
  const auto refused = book_.SetRings({"early"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_EQ(book_.rings()[0].name(), "pilot");
  agent.status.clear_ring();
  ASSERT_TRUE(store_.Write([&](StoreTransaction& transaction) { return transaction.SaveAgent(agent); }));
  EXPECT_TRUE(book_.SetRings({"early"}));
}

// pilot runs 8, which this build cannot read; early and default run 7.
class PolicyOfANewerBuild : public PolicyRings {
 protected:
  void SetUp() override {
    PolicyRings::SetUp();
    ASSERT_TRUE(store_.Write([](StoreTransaction& transaction) {
      return transaction.SavePolicy({8, "of_a_newer_build: true\n", kStoryBegin, "carol"});
    }));
    api::PolicyState state;
    state.plan = RolloutPlan::Restore({}, {{7, Text(7), kStoryBegin}});
    ASSERT_TRUE(state.plan.SetNames({"pilot", "early"}));
    ASSERT_TRUE(state.plan.RollOut(8, "pilot", {kStoryBegin, "carol"}));
    state.policies.emplace(7, *book_.current());
    state.greatest = 8;
    downgraded_.emplace(api::PolicyBookDeps{lane_, detector_, sessions_, clock_, store_}, state);
  }
  base::Result<v1::RolloutResponse> PromoteTo(const std::string& ring) {
    v1::PromotePolicyRequest request;
    request.set_version(8);
    request.set_to(ring);
    request.set_replaces(7);
    return downgraded_->Promote(request, "carol");
  }

  std::optional<api::PolicyBook> downgraded_;
};

TEST_F(PolicyOfANewerBuild, GoesToNoOtherRing) {
  for (const char* ring : {"early", "default"}) {
    const auto refused = PromoteTo(ring);
    ASSERT_FALSE(refused) << ring;
    EXPECT_EQ(refused.error().code, ErrorCode::kFailedPrecondition);
    EXPECT_THAT(refused.error().message, HasSubstr("cannot read policy 8"));
  }
  EXPECT_EQ(downgraded_->current()->record.version, 7U);
}

TEST_F(PolicyOfANewerBuild, HindersNothingElse) {
  EXPECT_TRUE(downgraded_->SetRings({"first", "pilot", "early"}));
  EXPECT_EQ(downgraded_->rings()[0].policy_version(), 8U);
  v1::RollBackPolicyRequest back;
  back.set_version(8);
  ASSERT_TRUE(downgraded_->RollBack(back, "carol"));
  EXPECT_EQ(Versions(), (std::vector<std::uint32_t>{7, 7, 7, 7}));
}

}  // namespace
}  // namespace vigie::server
