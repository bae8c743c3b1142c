// What every HostInfo promises (platform/host_info.h).
#include <gtest/gtest.h>

#include "platform/fake/fake_host_info.h"
#include "platform/linux/linux_platform.h"

namespace vigie::platform {
namespace {

struct ThisMachine {
  std::unique_ptr<HostInfo> host = MakeHostInfo();
};
struct Described {
  std::unique_ptr<HostInfo> host = std::make_unique<FakeHostInfo>();
};

template <typename Body>
class HostInfoContract : public ::testing::Test {
 protected:
  Body body_;
};

using Bodies = ::testing::Types<ThisMachine, Described>;
TYPED_TEST_SUITE(HostInfoContract, Bodies);

TYPED_TEST(HostInfoContract, DescribesTheHost) {
  const auto host = this->body_.host->Describe();
  ASSERT_TRUE(host);
  EXPECT_FALSE(host->name.empty());
  EXPECT_FALSE(host->boot_id.empty());
  EXPECT_GT(host->booted_at, base::SystemTime{});
  EXPECT_LT(host->booted_at, std::chrono::system_clock::now());
  EXPECT_FALSE(host->operating_system.empty());
  EXPECT_TRUE(host->kernel.starts_with("Linux ")) << host->kernel;
  for (const std::string& text : {host->name, host->machine_id, host->boot_id, host->operating_system, host->kernel}) {
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
  }
}

TYPED_TEST(HostInfoContract, SaysTheSameUntilTheNextBoot) {
  const auto first = this->body_.host->Describe();
  const auto second = this->body_.host->Describe();
  ASSERT_TRUE(first);
  ASSERT_TRUE(second);
  EXPECT_EQ(first->boot_id, second->boot_id);
  EXPECT_EQ(first->machine_id, second->machine_id);
}

TYPED_TEST(HostInfoContract, TellsThePressureAsAShare) {
  EXPECT_GE(this->body_.host->Pressure(), 0);
  EXPECT_LE(this->body_.host->Pressure(), 1);
}

TEST(FakeHost, HasANewBootIdAfterAReboot) {
  FakeHostInfo host;
  const auto before = host.Describe();
  host.SetBootId("boot-2");
  const auto after = host.Describe();
  EXPECT_NE(before->boot_id, after->boot_id);
  EXPECT_EQ(before->machine_id, after->machine_id);
}

}  // namespace
}  // namespace vigie::platform
