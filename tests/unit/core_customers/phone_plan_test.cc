#include "core/customers/phone_plan.h"

#include <gtest/gtest.h>

namespace vigie::customers {
namespace {

TEST(PhonePlan, IsNotFoundForAnUnknownRegion) {
  EXPECT_FALSE(FindPhonePlan("XX"));
  EXPECT_FALSE(FindPhonePlan("fr"));
  EXPECT_NE(std::string::npos, KnownPhoneRegions().find("FR"));
}

TEST(PhonePlan, WithoutARegionDropsATrunkZero) {
  const PhonePlan plan = *FindPhonePlan("");
  EXPECT_EQ("639981234", PhoneKey("0639981234", false, plan));
  EXPECT_EQ("639981234", PhoneKey("33639981234", true, plan));
}

TEST(PhonePlan, KeepsTheZeroOfItaly) {
  const PhonePlan plan = *FindPhonePlan("IT");
  EXPECT_EQ(PhoneKey("390612345678", true, plan), PhoneKey("0612345678", false, plan));
}

TEST(PhonePlan, KnowsHungarysTrunkPrefix) {
  const PhonePlan plan = *FindPhonePlan("HU");
  EXPECT_EQ(PhoneKey("3612345678", true, plan), PhoneKey("0612345678", false, plan));
}

TEST(PhonePlan, RefusesTooFewAndTooManyDigits) {
  const PhonePlan plan = *FindPhonePlan("FR");
  EXPECT_FALSE(PhoneKey("1234567", false, plan));
  EXPECT_FALSE(PhoneKey("1234567890123456", false, plan));
  EXPECT_FALSE(PhoneKey("12345678", true, plan));
}

}  // namespace
}  // namespace vigie::customers
