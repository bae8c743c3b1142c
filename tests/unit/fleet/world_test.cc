#include "tests/fleet/world.h"

#include <gtest/gtest.h>

#include <set>

#include "proto/contract/validation.h"

namespace vigie::fleet {
namespace {

constexpr base::SystemTime kNow{std::chrono::seconds(1'790'000'000)};

TEST(WorldTest, TheEventOfANameIsAlwaysTheSame) {
  const World world({.seed = 7, .hostile = true});
  const World again({.seed = 7, .hostile = true});
  for (std::uint64_t sequence = 1; sequence < 300; ++sequence) {
    const EventName name{3, 2, sequence};
    EXPECT_EQ(world.Make(name, "a", kNow).SerializeAsString(), again.Make(name, "a", kNow).SerializeAsString());
  }
}

TEST(WorldTest, WhatIsToBeAcceptedIsValid) {
  const World world({.hostile = true, .probe_every = 10});
  std::set<Fate> fates;
  for (std::uint64_t sequence = 1; sequence < 2000; ++sequence) {
    const EventName name{0, 1, sequence};
    const Fate fate = world.FateOf(name);
    fates.insert(fate);
    if (fate == Fate::kAccepted) {
      EXPECT_TRUE(contract::ValidateEvent(world.Make(name, "agent-1", kNow)));
    }
  }
  EXPECT_EQ(fates.size(), 3U);
}

TEST(WorldTest, AProbeIsOfAUserOfItsOwn) {
  const World world({.probe_every = 10});
  EXPECT_TRUE(world.IsProbe({0, 1, 20}));
  EXPECT_FALSE(world.IsProbe({0, 1, 21}));
  EXPECT_TRUE(World::IsProbeUser(world.Make({0, 1, 20}, "a", kNow).activity().user()));
  EXPECT_NE(World::ProbeUser({0, 1, 20}), World::ProbeUser({0, 2, 20}));
}

TEST(WorldTest, SomeUsersWorkOnTwoHosts) {
  const World world({.agents = 110});
  std::set<std::string> users;
  for (std::uint32_t agent = 0; agent < 110; ++agent) users.insert(world.UserOf(agent));
  EXPECT_EQ(users.size(), 100U);
}

}  // namespace
}  // namespace vigie::fleet
