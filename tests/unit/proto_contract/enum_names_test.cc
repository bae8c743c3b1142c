#include "proto/contract/enum_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vigie/v1/event.pb.h"
#include "vigie/v1/policy.pb.h"

namespace vigie::contract {
namespace {

using ::testing::ElementsAre;

TEST(EnumNames, AreLowerCaseWithoutPrefix) {
  EXPECT_EQ(NameOf(v1::CHANNEL_REMOVABLE_MEDIA), "removable_media");
  EXPECT_EQ(NameOf(v1::ACTIVITY_KIND_OPEN), "open");
  EXPECT_EQ(NameOf(v1::MEASURE_DISTINCT_CUSTOMERS), "distinct_customers");
}

TEST(EnumNames, AreEmptyForTheUnspecifiedAndANumberForTheUnknown) {
  EXPECT_EQ(NameOf(v1::CHANNEL_UNSPECIFIED), "");
  EXPECT_EQ(NameOf(static_cast<v1::Channel>(99)), "99");
}

TEST(EnumNames, ParseBackToTheSameValue) {
  for (int number = 1; number <= v1::Channel_MAX; ++number) {
    const auto channel = static_cast<v1::Channel>(number);
    EXPECT_EQ(ParseName<v1::Channel>(NameOf(channel)), channel);
  }
}

TEST(EnumNames, AreNotParsedFromAnythingElse) {
  for (const char* name : {"", "unspecified", "Print", "CHANNEL_PRINT", "99", "print "}) {
    EXPECT_EQ(ParseName<v1::Channel>(name), std::nullopt) << name;
  }
}

TEST(EnumNames, AreListedInOrderWithoutTheUnspecified) {
  EXPECT_THAT(EnumValueNames(*google::protobuf::GetEnumDescriptor<v1::Severity>()),
              ElementsAre("low", "medium", "high", "critical"));
}

}  // namespace
}  // namespace vigie::contract
