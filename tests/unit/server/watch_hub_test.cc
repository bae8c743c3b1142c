#include "server/api/watch_hub.h"

#include <gtest/gtest.h>

#include <thread>

namespace vigie::server::api {
namespace {

using base::ErrorCode;
using std::chrono::milliseconds;
using std::chrono::seconds;

v1::Incident MakeIncident(const std::string& id, std::uint64_t events) {
  v1::Incident incident;
  incident.set_id(id);
  incident.set_events(events);
  return incident;
}

// The event count of the next one; nothing if nothing waits.
std::optional<std::uint64_t> NextEvents(IncidentWatch& watch) {
  const auto next = watch.Next(milliseconds(0));
  if (!next || !*next) return std::nullopt;
  return (*next)->events();
}

TEST(IncidentWatch, GivesEachIncidentOnceAsItIsLast) {
  IncidentWatch watch(10);
  watch.Offer(MakeIncident("a", 1));
  watch.Offer(MakeIncident("b", 10));
  watch.Offer(MakeIncident("a", 2));
  EXPECT_EQ(NextEvents(watch), 2U);
  EXPECT_EQ(NextEvents(watch), 10U);
  EXPECT_EQ(NextEvents(watch), std::nullopt);
}

TEST(IncidentWatch, WhatWasReadBeforeNeverHidesWhatCameSince) {
  IncidentWatch watch(10);
  watch.Offer(MakeIncident("a", 5));
  watch.OfferOlder(MakeIncident("a", 4));
  watch.OfferOlder(MakeIncident("b", 1));
  EXPECT_EQ(NextEvents(watch), 5U);
  EXPECT_EQ(NextEvents(watch), 1U);
}

TEST(IncidentWatch, WakesItsReaderAtOnce) {
  IncidentWatch watch(10);
  std::jthread writer([&] { watch.Offer(MakeIncident("a", 1)); });
  const auto next = watch.Next(seconds(30));
  ASSERT_TRUE(next && *next);
  EXPECT_EQ((*next)->id(), "a");
}

TEST(IncidentWatch, ASlowReaderIsDropped) {
  IncidentWatch watch(2);
  for (const char* id : {"a", "b", "c"}) watch.Offer(MakeIncident(id, 1));
  EXPECT_EQ(watch.Next(milliseconds(0)).error().code, ErrorCode::kResourceExhausted);
  watch.Offer(MakeIncident("d", 1));
  EXPECT_EQ(watch.Next(milliseconds(0)).error().code, ErrorCode::kResourceExhausted);
}

TEST(WatchHub, TellsAllWatchersUntilTheyLeave) {
  WatchHub hub;
  const auto one = hub.Add();
  const auto two = hub.Add();
  hub.OnIncident(MakeIncident("a", 1));
  hub.Remove(*two);
  hub.OnIncident(MakeIncident("b", 2));
  EXPECT_EQ(NextEvents(**one), 1U);
  EXPECT_EQ(NextEvents(**one), 2U);
  EXPECT_EQ(NextEvents(**two), 1U);
  EXPECT_EQ(NextEvents(**two), std::nullopt);
}

TEST(WatchHub, WatchersAreBounded) {
  WatchHub hub;
  std::vector<std::shared_ptr<IncidentWatch>> watches;
  for (std::size_t i = 0; i < WatchHub::kMaxWatches; ++i) watches.push_back(*hub.Add());
  EXPECT_EQ(hub.Add().error().code, ErrorCode::kResourceExhausted);
  hub.Remove(watches.back());
  EXPECT_TRUE(hub.Add());
}

TEST(WatchHub, ClosingEndsWatchesAndThoseToCome) {
  WatchHub hub;
  const auto watch = hub.Add();
  hub.Close();
  EXPECT_EQ((*watch)->Next(seconds(30)).error().code, ErrorCode::kCancelled);
  EXPECT_EQ(hub.Add().error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace vigie::server::api
