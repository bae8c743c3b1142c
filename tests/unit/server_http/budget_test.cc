#include "server/http/budget.h"

#include <gtest/gtest.h>

namespace vigie::server::http {
namespace {

TEST(Budget, GivesNoMoreThanThereIsAndTakesBackWhatWasLetGoOf) {
  Budget budget(10);
  auto six = budget.Take(6);
  ASSERT_TRUE(six);
  EXPECT_FALSE(budget.Take(5));
  EXPECT_TRUE(budget.Take(4));
  EXPECT_EQ(budget.taken(), 6U);
  six.reset();
  EXPECT_EQ(budget.taken(), 0U);
  EXPECT_TRUE(budget.Take(10));
}

TEST(Budget, AShareThatMovedIsGivenBackOnce) {
  Budget budget(10);
  {
    auto share = budget.Take(6);
    const Budget::Share moved = std::move(*share);
    EXPECT_EQ(budget.taken(), 6U);
  }
  EXPECT_EQ(budget.taken(), 0U);
}

}  // namespace
}  // namespace vigie::server::http
