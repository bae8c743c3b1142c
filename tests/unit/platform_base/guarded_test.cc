#include "platform/base/guarded.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace vigie::base {
namespace {

TEST(Guarded, GivesItsDataThroughALockOnly) {
  Guarded<std::string> text(std::string("one"));
  text.Lock()->append(" two");
  EXPECT_EQ(*text.Lock(), "one two");
}

TEST(Guarded, MayBeReadWhenConst) {
  const Guarded<int> number(7);
  EXPECT_EQ(*number.Lock(), 7);
}

TEST(Guarded, LetsOneThreadInAtATime) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 10000;
  Guarded<int> count(0);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&count] {
        for (int round = 0; round < kRounds; ++round) ++*count.Lock();
      });
    }
  }
  EXPECT_EQ(*count.Lock(), kThreads * kRounds);
}

}  // namespace
}  // namespace vigie::base
