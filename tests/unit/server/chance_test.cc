#include "server/attribute/chance.h"

#include <gtest/gtest.h>

#include <cmath>

namespace vigie::server::attribute {
namespace {

// By counting, for small numbers.
double Choose(std::uint64_t n, std::uint64_t k) {
  if (k > n) return 0;
  double ways = 1;
  for (std::uint64_t i = 1; i <= k; ++i) ways = ways * static_cast<double>(n - k + i) / static_cast<double>(i);
  return ways;
}

double TailByCounting(const Overlap& overlap) {
  double ways = 0;
  for (std::uint64_t x = overlap.common; x <= overlap.leaked; ++x) {
    ways += Choose(overlap.touched, x) * Choose(overlap.population - overlap.touched, overlap.leaked - x);
  }
  return ways / Choose(overlap.population, overlap.leaked);
}

TEST(Chance, TheTailIsThatOfCounting) {
  for (const std::uint64_t touched : {1U, 5U, 12U, 29U}) {
    for (const std::uint64_t leaked : {1U, 6U, 17U}) {
      for (std::uint64_t common = 0; common <= std::min(touched, leaked); ++common) {
        const Overlap overlap{30, touched, leaked, common};
        if (touched + leaked - common > 30) continue;
        const bool expected = common * 30 <= touched * leaked;
        const double wanted = expected ? 0 : std::log10(TailByCounting(overlap));
        EXPECT_NEAR(Log10Overlap(overlap), wanted, 1e-9) << touched << " " << leaked << " " << common;
      }
    }
  }
}

TEST(Chance, TheLadyWhoTastedTea) {
  EXPECT_NEAR(Log10Overlap({8, 4, 4, 4}), std::log10(1.0 / 70), 1e-12);  // Fisher's own example
}

TEST(Chance, WhoHandlesEverybodyIsExpected) {
  EXPECT_EQ(Log10Overlap({1'000'000, 1'000'000, 1584, 1584}), 0);
}

TEST(Chance, TheWholeLeakAmongMillionsIsBeyondADouble) {
  const double chance = Log10Overlap({10'000'000, 1584, 1584, 1584});
  EXPECT_LT(chance, -6000);
  EXPECT_TRUE(std::isfinite(chance));
}

TEST(Chance, APopulationThatIsTooSmallCountsAsJustLargeEnough) {
  EXPECT_EQ(Log10Overlap({1, 10, 10, 5}), Log10Overlap({15, 10, 10, 5}));
  EXPECT_EQ(Log10Overlap({1, 10, 10, 10}), 0);
}

TEST(Chance, MoreInCommonIsNeverLikelier) {
  double last = 0;
  for (std::uint64_t common = 0; common <= 200; ++common) {
    const double chance = Log10Overlap({100'000, 3000, 200, common});
    EXPECT_LE(chance, last + 1e-12) << common;
    last = chance;
  }
}

TEST(Chance, TheSignTestIsTheBinomialTail) {
  EXPECT_EQ(Log10SignTest(0, 0), 0);
  EXPECT_EQ(Log10SignTest(7, 7), 0);
  EXPECT_NEAR(Log10SignTest(5, 0), std::log10(2.0 / 32), 1e-12);
  EXPECT_NEAR(Log10SignTest(0, 5), std::log10(2.0 / 32), 1e-12);
  EXPECT_NEAR(Log10SignTest(8, 2), std::log10(2.0 * (45 + 10 + 1) / 1024), 1e-12);
  EXPECT_EQ(Log10SignTest(1, 0), 0);
}

TEST(Chance, OfManyIsTimesTheirNumber) {
  EXPECT_NEAR(Log10OfMany(-5, 1000), -2, 1e-12);
  EXPECT_EQ(Log10OfMany(-1, 1000), 0);
  EXPECT_EQ(Log10OfMany(-1, 0), -1);
}

}  // namespace
}  // namespace vigie::server::attribute
