#include "tests/fleet/backlog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vigie::fleet {
namespace {

class BacklogTest : public ::testing::Test {
 protected:
  BacklogTest() {
    backlog_.BeginLife({});
    backlog_.Produce(10);
  }
  Backlog backlog_;
};

TEST_F(BacklogTest, GivesEachEventOnce) {
  const auto first = backlog_.Next(6);
  const auto second = backlog_.Next(6);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->last, 6U);
  EXPECT_EQ(second->first, 7U);
  EXPECT_EQ(second->last, 10U);
  EXPECT_FALSE(backlog_.Next(6));
}

TEST_F(BacklogTest, SendsAgainWhatWasNotAcknowledged) {
  backlog_.Next(10);
  EXPECT_EQ(backlog_.Acknowledge(1, 4), 4U);
  backlog_.SendAgain();
  EXPECT_EQ(backlog_.Next(10)->first, 5U);
}

TEST_F(BacklogTest, AnAcknowledgementThatComesTwiceIsNothingNew) {
  backlog_.Next(10);
  backlog_.Acknowledge(1, 4);
  EXPECT_EQ(backlog_.Acknowledge(1, 4), 0U);
}

TEST_F(BacklogTest, ACrashForgetsAcknowledgementsAndBeginsALife) {
  backlog_.Next(10);
  backlog_.Acknowledge(1, 10);
  backlog_.Unacknowledge(3);
  backlog_.BeginLife({});
  backlog_.Produce(2);
  backlog_.SendAgain();
  EXPECT_EQ(backlog_.waiting(), 5U);
  EXPECT_EQ(backlog_.Next(10)->first, 8U);
  EXPECT_EQ(backlog_.Next(10)->boot_epoch, 2U);
  ASSERT_EQ(backlog_.lives().size(), 2U);
  EXPECT_EQ(backlog_.lives()[0].produced, 10U);
}

TEST_F(BacklogTest, WhatWasTakenAheadIsUrgentNoMore) {
  const auto even = [](std::uint64_t, std::uint64_t sequence) { return sequence % 2 == 0; };
  EXPECT_THAT(backlog_.Urgent(3, even).sequences, ::testing::ElementsAre(2, 4, 6));
  backlog_.AcknowledgeAhead(1, {2, 4, 6});
  EXPECT_TRUE(backlog_.TakenAhead(1, 4));
  EXPECT_THAT(backlog_.Urgent(3, even).sequences, ::testing::ElementsAre(8, 10));
  backlog_.Unacknowledge(0);
  EXPECT_FALSE(backlog_.TakenAhead(1, 4));
}

TEST_F(BacklogTest, IsEmptyWhenAllIsAcknowledged) {
  backlog_.Next(10);
  EXPECT_FALSE(backlog_.empty());
  backlog_.Acknowledge(1, 10);
  EXPECT_TRUE(backlog_.empty());
}

}  // namespace
}  // namespace vigie::fleet
