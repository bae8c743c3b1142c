#include "platform/linux/watched_places.h"

#include <gtest/gtest.h>

namespace vigie::platform {
namespace {

constexpr FileSystemIdentity kFileSystem{.device = 1, .id = 11};

TEST(WatchedPlaces, WhatIsAddedAgainIsAsItWas) {
  WatchedPlaces places;
  EXPECT_TRUE(places.AddWatched(kFileSystem, "/srv"));
  places.NoteClosesNamed(kFileSystem.device);
  EXPECT_FALSE(places.AddWatched(kFileSystem, "/srv/folder"));
  EXPECT_EQ(places.PathOn(kFileSystem.id), "/srv");
  EXPECT_TRUE(places.AreClosesNamed(kFileSystem.device));
}

TEST(WatchedPlaces, WhatIsRemovedIsNotWatched) {
  WatchedPlaces places;
  ASSERT_TRUE(places.AddWatched(kFileSystem, "/srv"));
  ASSERT_TRUE(places.AddWatched({.device = 2, .id = 12}, "/home"));
  places.RemoveWatched(kFileSystem);
  EXPECT_FALSE(places.IsWatched(1));
  EXPECT_TRUE(places.IsWatched(2));
  EXPECT_TRUE(places.AddWatched(kFileSystem, "/mnt")) << "it may be mounted elsewhere now";
  EXPECT_EQ(places.PathOn(kFileSystem.id), "/mnt");
}

}  // namespace
}  // namespace vigie::platform
