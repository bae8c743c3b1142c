#include "core/customers/sip_lanes.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace vigie::customers {
namespace {

constexpr SipKey kKey = {0x0706050403020100, 0x0F0E0D0C0B0A0908};

std::string RandomBytes(std::mt19937& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

class SipLanesTest : public ::testing::TestWithParam<Instructions> {
 protected:
  SipLanes lanes_{kKey, GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Best, SipLanesTest, ::testing::Values(Instructions::kBest));
INSTANTIATE_TEST_SUITE_P(Avx2, SipLanesTest, ::testing::Values(Instructions::kAvx2));
INSTANTIATE_TEST_SUITE_P(Portable, SipLanesTest, ::testing::Values(Instructions::kPortable));

TEST_P(SipLanesTest, HashesAsOneMessageAfterTheOther) {
  std::mt19937 random(5);
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::uint64_t> expected;
    for (std::size_t count = random() % (SipLanes::kLanes + 1); count > 0; --count) {
      const auto message = RandomBytes(random, random() % (SipLanes::kLongest + 1));
      ASSERT_TRUE(lanes_.Add(message));
      expected.push_back(SipHash(kKey, message));
    }
    EXPECT_EQ(expected.size() == SipLanes::kLanes, lanes_.full());
    const auto hashes = lanes_.Finish();
    ASSERT_EQ(expected, std::vector<std::uint64_t>(hashes.begin(), hashes.end()));
    ASSERT_EQ(0U, lanes_.size());
  }
}

TEST_P(SipLanesTest, HashesMessagesOfAllPairsOfLengths) {
  std::mt19937 random(6);
  for (std::size_t one = 0; one <= SipLanes::kLongest; ++one) {
    for (std::size_t other = 0; other <= SipLanes::kLongest; ++other) {
      const auto first = RandomBytes(random, one);
      const auto second = RandomBytes(random, other);
      ASSERT_TRUE(lanes_.Add(first));
      ASSERT_TRUE(lanes_.Add(second));
      const auto hashes = lanes_.Finish();
      ASSERT_EQ(SipHash(kKey, first), hashes[0]) << one << ", " << other;
      ASSERT_EQ(SipHash(kKey, second), hashes[1]) << one << ", " << other;
    }
  }
}

// Appendix A of Aumasson, Bernstein 2012.
TEST_P(SipLanesTest, KeepsThePublishedTestVector) {
  std::string message;
  for (char c = 0; c < 15; ++c) message.push_back(c);
  ASSERT_TRUE(lanes_.Add(message));
  EXPECT_EQ(0xA129CA6149BE45E5U, lanes_.Finish()[0]);
}

TEST_P(SipLanesTest, TakesNoMessageForWhichItHasNoRoom) {
  const std::string longest(SipLanes::kLongest, 'a');
  EXPECT_FALSE(lanes_.Add(longest + "a"));
  EXPECT_EQ(0U, lanes_.size());
  for (std::size_t lane = 0; lane < SipLanes::kLanes; ++lane) ASSERT_TRUE(lanes_.Add(longest));
  EXPECT_FALSE(lanes_.Add("b"));
  const auto hashes = lanes_.Finish();
  EXPECT_EQ(std::vector(SipLanes::kLanes, SipHash(kKey, longest)), std::vector(hashes.begin(), hashes.end()));
  EXPECT_TRUE(lanes_.Add("b"));
}

}  // namespace
}  // namespace vigie::customers
