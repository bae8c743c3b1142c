#include "core/policy/allowed_destinations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/policy/compiled_policy.h"
#include "core/policy/ip_address.h"

namespace vigie::policy {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

AllowedDestinations Allow(std::initializer_list<const char*> entries) {
  AllowedDestinations allowed;
  for (const char* entry : entries) {
    const auto added = allowed.Add(entry);
    EXPECT_TRUE(added) << entry << ": " << (added ? "" : added.error().message);
  }
  return allowed;
}

v1::Destination At(const std::string& address, std::uint32_t port, const std::string& kind = "url") {
  v1::Destination destination;
  destination.set_kind(kind);
  destination.set_name(kind == "url" ? "https://" + address + "/in" : address);
  destination.set_address(address);
  destination.set_port(port);
  return destination;
}

struct Question {
  const char* entry;
  const char* address;
  std::uint32_t port;
  bool allowed;
};

TEST(AllowedDestinations, HoldWhatTheirEntriesSay) {
  const Question questions[] = {
      {"10.0.0.0/8", "10.255.1.2", 443, true},
      {"10.0.0.0/8", "11.0.0.1", 443, false},
      {"10.0.0.0/8", "10.example.com", 443, false},
      {"192.0.2.128/25", "192.0.2.127", 1, false},
      {"192.0.2.128/25", "192.0.2.255", 1, true},
      {"0.0.0.0/0", "203.0.113.9", 1, true},
      {"0.0.0.0/0", "2001:db8::1", 1, false},
      {"192.0.2.7", "192.0.2.7", 9, true},
      {"192.0.2.7:443", "192.0.2.7", 443, true},
      {"192.0.2.7:443", "192.0.2.7", 80, false},
      {"192.0.2.7:443", "192.0.2.7", 0, false},
      {"192.0.2.7", "::ffff:192.0.2.7", 9, true},
      {"2001:db8::/32", "2001:db8:1::7", 22, true},
      {"2001:db8::/32", "2001:db9::7", 22, false},
      {"2001:db8::1", "2001:0db8:0:0::1", 22, true},
      {"[2001:db8::1]:22", "2001:db8::1", 22, true},
      {"[2001:db8::1]:22", "2001:db8::1", 23, false},
      {"[2001:db8::1]", "2001:db8::1", 23, true},
      {"files.example.com", "Files.Example.COM", 443, true},
      {"files.example.com", "files.example.com.", 443, true},
      {"files.example.com", "files.example.com.evil.test", 443, false},
      {"files.example.com", "evilfiles.example.com", 443, false},
      {"files.example.com:443", "files.example.com", 80, false},
      {"*.example.com", "a.b.example.com", 443, true},
      {"*.example.com", "example.com", 443, false},
      {"*.example.com", "notexample.com", 443, false},
      {"*.example.com", "evil.test/.example.com", 443, false},
      {"*.example.com:22", "a.example.com", 22, true},
      {"loopback", "127.8.9.1", 80, true},
      {"loopback", "::1", 80, true},
      {"loopback", "localhost", 80, true},
      {"loopback", "me.localhost", 80, true},
      {"loopback", "127.0.0.1.evil.test", 80, false},
      {"loopback", "128.0.0.1", 80, false},
      {"loopback:8080", "127.0.0.1", 8080, true},
      {"loopback:8080", "localhost", 80, false},
      // What some programs take for 127.0.0.1 is no address here, so nobody is let through by mistake.
      {"loopback", "127.1", 80, false},
      {"loopback", "0x7f.0.0.1", 80, false},
  };
  for (const Question& question : questions) {
    EXPECT_EQ(Allow({question.entry}).Holds(At(question.address, question.port)), question.allowed)
        << question.entry << " and " << question.address << ":" << question.port;
  }
}

TEST(AllowedDestinations, AreNeitherPlacesOfThisMachineNorUnknownOnes) {
  const auto allowed = Allow({"0.0.0.0/0", "*.example.com", "files", "loopback"});
  EXPECT_FALSE(AllowedDestinations().Holds(At("127.0.0.1", 80)));
  EXPECT_TRUE(allowed.Holds(At("files", 0, "share")));
  EXPECT_FALSE(allowed.Holds(At("files", 0, "medium")));
  EXPECT_FALSE(allowed.Holds(At("files", 0, "folder")));
  EXPECT_FALSE(allowed.Holds({}));
  v1::Destination unknown = At("files.example.com", 443);
  unknown.clear_address();
  EXPECT_FALSE(allowed.Holds(unknown));
}

TEST(AllowedDestinations, KnowAHostByTheNameThatItsServerWasCalled) {
  v1::Destination destination = At("203.0.113.9", 443, "host");
  destination.set_name("files.example.com");
  EXPECT_TRUE(Allow({"files.example.com"}).Holds(destination));
  EXPECT_FALSE(Allow({"other.example.com"}).Holds(destination));
}

TEST(AllowedDestinations, GiveTheKernelTheirRanges) {
  const auto allowed = Allow({"10.0.0.0/8", "[2001:db8::1]:22", "files.example.com", "loopback"});
  ASSERT_EQ(allowed.ranges().size(), 4U);
  EXPECT_EQ(allowed.ranges()[0], (platform::AddressRange{*ParseIpAddress("10.0.0.0"), 104, 0}));
  EXPECT_EQ(allowed.ranges()[1], (platform::AddressRange{*ParseIpAddress("2001:db8::1"), 128, 22}));
  EXPECT_EQ(allowed.ranges()[2], (platform::AddressRange{*ParseIpAddress("127.0.0.0"), 104, 0}));
}

TEST(AllowedDestinations, RefuseWhatIsNone) {
  const struct {
    const char* entry;
    const char* reason;
  } cases[] = {
      {"", "must be a network"},
      {"*", "must be a network"},
      {"a.*.example.com", "must be a network"},
      {"*example.com", "must be a network"},
      {"10.0.0.256", "must be a network"},
      {"10.0.0", "must be a network"},
      {"https://example.com", "must be a network"},
      {"exa mple.com", "must be a network"},
      {"bücher.example", "must be a network"},
      {"::g", "must be a network"},
      {"[::1", "must be a network"},
      {"[::1]22", "must be a network"},
      {"10.0.0.0/33", "must have a prefix"},
      {"10.0.0.0/", "must have a prefix"},
      {"::/129", "must have a prefix"},
      {"10.1.0.0/8", "must be the first address of its network"},
      {"example.com:0", "must have a port"},
      {"example.com:65536", "must have a port"},
      {"example.com:https", "must have a port"},
      {"loopback:", "must have a port"},
  };
  for (const auto& bad : cases) {
    const auto added = AllowedDestinations().Add(bad.entry);
    ASSERT_FALSE(added) << bad.entry;
    EXPECT_THAT(added.error().message, StartsWith(bad.reason)) << bad.entry;
  }
}

TEST(AllowedDestinations, AreCheckedWhenThePolicyIsRead) {
  const auto policy = ReadPolicy("version: 1\nallowed_destinations:\n  - loopback\n  - 10.0.0.0/40\n", "p.yaml");
  ASSERT_FALSE(policy);
  EXPECT_THAT(policy.error().message, StartsWith("p.yaml:4: allowed_destinations[1]: must have a prefix of 0 to 32"));
  const auto reserved = ReadPolicy(
      "version: 1\nrules:\n  - {id: allowed_destination, when: {}, action: audit}\nallowed_destinations: [loopback]\n",
      "p.yaml");
  ASSERT_FALSE(reserved);
  EXPECT_THAT(reserved.error().message, HasSubstr("rules[0].id: is the product's name"));
}

TEST(AllowedDestinations, AreAllowedWhateverTheRulesSay) {
  const auto policy = ReadPolicy(
      "version: 1\nrules:\n  - {id: all, when: {}, action: block}\nallowed_destinations: [files.example.com:443]\n",
      "p.yaml");
  ASSERT_TRUE(policy) << policy.error().message;
  v1::Activity activity;
  *activity.mutable_destination() = At("files.example.com", 443);
  EXPECT_EQ(Evaluate(*policy, activity, {}).verdict, v1::VERDICT_ALLOW);
  EXPECT_EQ(Evaluate(*policy, activity, {}).rule, "allowed_destination");
  activity.mutable_destination()->set_port(80);
  EXPECT_EQ(Evaluate(*policy, activity, {}).rule, "all");
}

TEST(IpAddress, IsReadInEverySpellingOfTheStandard) {
  EXPECT_EQ(ParseIpAddress("1:2:3:4:5:6:7:8"), ParseIpAddress("0001:2:3:4:5:6:7:8"));
  EXPECT_EQ(ParseIpAddress("::"), platform::IpAddress{});
  EXPECT_EQ(ParseIpAddress("::ffff:192.0.2.1"), ParseIpAddress("192.0.2.1"));
  EXPECT_EQ(ParseIpAddress("::ffff:c000:201"), ParseIpAddress("192.0.2.1"));
  EXPECT_EQ(ParseIpAddress("1::8"), ParseIpAddress("1:0:0:0:0:0:0:8"));
  EXPECT_TRUE(IsIpv4(*ParseIpAddress("192.0.2.1")));
  EXPECT_FALSE(IsIpv4(*ParseIpAddress("::1")));
}

TEST(IpAddress, IsNothingElse) {
  for (const char* text :
       {"", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8", "12345::", "::1%eth0",
        "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.", "1.2.3.4::", "::1.2.3", "[::1]"}) {
    EXPECT_FALSE(ParseIpAddress(text)) << text;
  }
}

}  // namespace
}  // namespace vigie::policy
