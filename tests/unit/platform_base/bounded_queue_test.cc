#include "platform/base/bounded_queue.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <set>
#include <thread>
#include <vector>

namespace vigie::base {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(BoundedQueue, GivesItemsInTheirOrder) {
  BoundedQueue<int> queue(3, OverflowPolicy::kReject);
  for (int item = 1; item <= 3; ++item) EXPECT_TRUE(queue.Push(item));
  for (int item = 1; item <= 3; ++item) EXPECT_EQ(queue.Pop({}), item);
}

TEST(BoundedQueue, RefusesAndCountsWhatIsTooMuch) {
  BoundedQueue<int> queue(2, OverflowPolicy::kReject);
  EXPECT_TRUE(queue.Push(1));
  EXPECT_TRUE(queue.Push(2));
  EXPECT_FALSE(queue.Push(3));
  EXPECT_FALSE(queue.Push(4));
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_EQ(queue.dropped(), 2U);
  EXPECT_EQ(queue.Pop({}), 1);
}

TEST(BoundedQueue, DropsAndCountsTheOldestIfAskedTo) {
  BoundedQueue<int> queue(2, OverflowPolicy::kDropOldest);
  for (int item = 1; item <= 5; ++item) EXPECT_TRUE(queue.Push(item));
  EXPECT_EQ(queue.dropped(), 3U);
  EXPECT_EQ(queue.Pop({}), 4);
  EXPECT_EQ(queue.Pop({}), 5);
}

TEST(BoundedQueue, DestroysARefusedItem) {
  BoundedQueue<std::shared_ptr<int>> queue(1, OverflowPolicy::kReject);
  auto kept = std::make_shared<int>(1);
  auto refused = std::make_shared<int>(2);
  EXPECT_TRUE(queue.Push(kept));
  EXPECT_FALSE(queue.Push(refused));
  EXPECT_EQ(kept.use_count(), 2);
  EXPECT_EQ(refused.use_count(), 1);
}

TEST(BoundedQueue, KeepsMoveOnlyItems) {
  BoundedQueue<std::unique_ptr<int>> queue(1, OverflowPolicy::kReject);
  EXPECT_TRUE(queue.Push(std::make_unique<int>(5)));
  const auto item = queue.Pop({});
  ASSERT_TRUE(item.has_value());
  EXPECT_EQ(**item, 5);
}

TEST(BoundedQueue, ReturnsNothingOnceTheTimeHasPassed) {
  BoundedQueue<int> queue(1, OverflowPolicy::kReject);
  EXPECT_EQ(queue.PopFor({}, milliseconds(1)), std::nullopt);
}

TEST(BoundedQueue, AfterClosingGivesWhatIsInsideAndTakesNoMore) {
  BoundedQueue<int> queue(2, OverflowPolicy::kReject);
  EXPECT_TRUE(queue.Push(1));
  queue.Close();
  EXPECT_FALSE(queue.Push(2));
  EXPECT_EQ(queue.dropped(), 1U);
  EXPECT_EQ(queue.Pop({}), 1);
  EXPECT_EQ(queue.Pop({}), std::nullopt);
}

TEST(BoundedQueue, ClosingWakesEveryWaiter) {
  BoundedQueue<int> queue(1, OverflowPolicy::kReject);
  std::vector<std::jthread> waiters;
  for (int i = 0; i < 3; ++i) waiters.emplace_back([&queue] { EXPECT_EQ(queue.PopFor({}, hours(1)), std::nullopt); });
  queue.Close();
}

TEST(BoundedQueue, AStopRequestWakesTheWaiter) {
  BoundedQueue<int> queue(1, OverflowPolicy::kReject);
  std::jthread waiter([&queue](const std::stop_token& stop) { EXPECT_EQ(queue.Pop(stop), std::nullopt); });
  waiter.request_stop();
}

// pushed = popped + refused, whatever the threads do, and nobody gets an item twice.
TEST(BoundedQueue, LosesNothingBetweenManyThreads) {
  constexpr int kProducers = 4;
  constexpr int kItemsEach = 5000;
  BoundedQueue<int> queue(64, OverflowPolicy::kReject);
  std::vector<std::vector<int>> taken(3);
  {
    std::vector<std::jthread> consumers;
    for (auto& items : taken) {
      consumers.emplace_back([&queue, &items] {
        while (auto item = queue.Pop({})) items.push_back(*item);
      });
    }
    {
      std::vector<std::jthread> producers;
      for (int producer = 0; producer < kProducers; ++producer) {
        producers.emplace_back([&queue, producer] {
          for (int i = 0; i < kItemsEach; ++i) (void)queue.Push(producer * kItemsEach + i);
        });
      }
    }
    queue.Close();
  }
  std::set<int> distinct;
  std::size_t popped = 0;
  for (const auto& items : taken) {
    popped += items.size();
    distinct.insert(items.begin(), items.end());
  }
  EXPECT_EQ(popped + queue.dropped(), std::size_t{kProducers} * kItemsEach);
  EXPECT_EQ(distinct.size(), popped);
}

}  // namespace
}  // namespace vigie::base
