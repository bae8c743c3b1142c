#include "agent/destination_resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/fake/fake_file_system.h"
#include "platform/fake/fake_network_guard.h"

namespace vigie::agent {
namespace {

using platform::AddressRange;
using platform::IpAddress;
using ::testing::Contains;
using ::testing::IsEmpty;

constexpr IpAddress kFiles = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7};
constexpr IpAddress kMoved = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 8};

class FakeNames final : public platform::NameResolver {
 public:
  base::Result<std::vector<IpAddress>> Resolve(const std::string& name) override {
    if (!address || name != "files.example.com") return base::Error{base::ErrorCode::kUnavailable, "nobody answers"};
    return std::vector<IpAddress>{*address};
  }
  std::optional<IpAddress> address = kFiles;
};

class DestinationResolverTest : public ::testing::Test {
 protected:
  void Adopt(const std::vector<std::string>& allowed) {
    v1::Policy source;
    source.set_version(1);
    for (const std::string& entry : allowed) source.add_allowed_destinations(entry);
    files.AddFile("/state/keep", "");
    ASSERT_TRUE(policy.Adopt(source));
  }

  platform::FakeFileSystem files;
  policy::ActivePolicy policy{files, "/state"};
  FakeNames names;
  platform::FakeNetworkGuard network;
  DestinationResolver resolver{{policy, names, &network}};
};

TEST_F(DestinationResolverTest, TellsTheKernelNetworksAndTheAddressesOfNames) {
  Adopt({"10.0.0.0/8", "files.example.com:443"});
  resolver.Step();
  EXPECT_THAT(network.allowed(), Contains(AddressRange{kFiles, 128, 443}));
  EXPECT_EQ(network.allowed().size(), 2U);
}

TEST_F(DestinationResolverTest, FollowsANameThatMovesAndKeepsOneThatNobodyCanResolveNow) {
  Adopt({"files.example.com"});
  resolver.Step();
  names.address.reset();
  resolver.Step();
  EXPECT_THAT(network.allowed(), Contains(AddressRange{kFiles, 128, 0}));
  names.address = kMoved;
  resolver.Step();
  EXPECT_EQ(network.allowed(), (std::vector<AddressRange>{{kMoved, 128, 0}}));
}

TEST_F(DestinationResolverTest, TakesBackWhatANewPolicyDoesNotAllow) {
  Adopt({"files.example.com"});
  resolver.Step();
  Adopt({});
  resolver.Step();
  EXPECT_THAT(network.allowed(), IsEmpty());
}

TEST(ParseNamedDestination, TakesHostNamesOnly) {
  EXPECT_EQ(ParseNamedDestination("files.example.com"), (NamedDestination{"files.example.com", 0}));
  EXPECT_EQ(ParseNamedDestination("files.example.com:8443"), (NamedDestination{"files.example.com", 8443}));
  for (const char* other : {"10.0.0.0/8", "192.0.2.7", "192.0.2.7:22", "2001:db8::1", "[2001:db8::1]:22",
                            "*.example.com", "loopback", "loopback:8080", "", "files.example.com:", ":22"}) {
    EXPECT_EQ(ParseNamedDestination(other), std::nullopt) << other;
  }
}

}  // namespace
}  // namespace vigie::agent
