#include "platform/linux/block_devices.h"

#include <gtest/gtest.h>

namespace vigie::platform {
namespace {

// A stick chooses its own names; they go into events and logs.
TEST(DeviceText, KeepsNothingButPrintableAscii) {
  EXPECT_EQ(CleanDeviceText("  SanDisk  "), "SanDisk");
  EXPECT_EQ(CleanDeviceText("a\nb\x1b[31m\xff"), "a_b_[31m_");
  EXPECT_EQ(CleanDeviceText(""), "");
  EXPECT_EQ(CleanDeviceText("   "), "");
  EXPECT_EQ(CleanDeviceText(std::string(1000, 'x')).size(), 128U);
}

TEST(BlockDevices, KnowNothingOfADeviceThatIsNotThere) {
  const auto devices = BlockDevices::Open();
  ASSERT_TRUE(devices);
  constexpr dev_t kNobodys = 0xfff00;
  EXPECT_FALSE((*devices)->IsRemovable(kNobodys));
  EXPECT_TRUE((*devices)->DisksOf(kNobodys).empty());
  EXPECT_EQ((*devices)->NameOf(kNobodys), "");
}

TEST(BlockDevices, AreNotFilesOfAnotherKind) {
  EXPECT_FALSE(BlockDeviceAt("/dev/null").has_value());
  EXPECT_FALSE(BlockDeviceAt("/").has_value());
  EXPECT_FALSE(BlockDeviceAt("/no/such/device").has_value());
}

}  // namespace
}  // namespace vigie::platform
