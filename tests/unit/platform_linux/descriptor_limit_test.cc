#include "platform/linux/descriptor_limit.h"

#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <string>

namespace vigie::platform {
namespace {

// "FDSize:" of /proc/self/status: the entries of the table.
std::uint64_t TableSize() {
  std::ifstream status("/proc/self/status");
  std::uint64_t size = 0;
  for (std::string word; status >> word;) {
    if (word == "FDSize:") status >> size;
  }
  return size;
}

TEST(DescriptorLimit, MakesRoomAheadAndKeepsIt) {
  ASSERT_GE(RaiseDescriptorLimit(4096), 4096U);
  ASSERT_LT(TableSize(), 3000U);
  EXPECT_TRUE(ReserveDescriptors(3000));
  EXPECT_GE(TableSize(), 3000U);
}

TEST(DescriptorLimit, SaysThatMoreThanTheLimitCannotBeHad) {
  EXPECT_FALSE(ReserveDescriptors(std::numeric_limits<std::int32_t>::max()));
  EXPECT_FALSE(ReserveDescriptors(0));
}

}  // namespace
}  // namespace vigie::platform
