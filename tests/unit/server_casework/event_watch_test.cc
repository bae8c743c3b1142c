#include "server/api/event_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "server/api/event_filter.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server::api {
namespace {

using base::ErrorCode;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using ::testing::ElementsAre;

EventWatch::Event Shared(const EventPlan& plan) {
  return std::make_shared<const v1::Event>(MakeEvent(plan));
}

v1::EventFilter OfUser(const std::string& user) {
  v1::EventFilter filter;
  filter.set_user(user);
  return filter;
}

// Sequences of what waits; `skipped` is added up.
std::vector<std::uint64_t> Drain(EventWatch& watch, std::uint64_t& skipped) {
  std::vector<std::uint64_t> sequences;
  for (;;) {
    const auto told = watch.Next(milliseconds(0));
    if (!told || told->event == nullptr) return sequences;
    sequences.push_back(told->event->sequence());
    skipped += told->skipped;
  }
}

TEST(EventFilter, EachConditionMustHold) {
  v1::Event event = MakeEvent({.user = "alice", .channel = v1::CHANNEL_PRINT});
  event.set_host("w1");
  event.set_verdict(v1::VERDICT_BLOCK);
  v1::ClassFinding& found = *event.mutable_inspection()->add_classes();
  found.set_class_("iban");
  found.set_matches(2);
  v1::EventFilter filter;
  EXPECT_TRUE(Matches(filter, event));
  filter.set_user("alice");
  filter.set_host("w1");
  filter.set_channel(v1::CHANNEL_PRINT);
  filter.set_verdict(v1::VERDICT_BLOCK);
  filter.set_class_("iban");
  EXPECT_TRUE(Matches(filter, event));
  for (const auto change :
       {+[](v1::EventFilter& f) { f.set_user("bob"); }, +[](v1::EventFilter& f) { f.set_host("w2"); },
        +[](v1::EventFilter& f) { f.set_channel(v1::CHANNEL_EMAIL); },
        +[](v1::EventFilter& f) { f.set_verdict(v1::VERDICT_ALLOW); },
        +[](v1::EventFilter& f) { f.set_class_("email_address"); }}) {
    v1::EventFilter other = filter;
    change(other);
    EXPECT_FALSE(Matches(other, event)) << other.ShortDebugString();
  }
}

TEST(EventFilter, GapsMatchOnlyAnEmptyOne) {
  const v1::Event gap = MakeGap("agent-1", 1, seconds(0));
  EXPECT_TRUE(Matches({}, gap));
  EXPECT_FALSE(Matches(OfUser("alice"), gap));
}

TEST(EventWatch, TellsWhatItsFilterWantsInOrder) {
  EventWatch watch(OfUser("alice"), 10);
  watch.Offer({Shared({.sequence = 1}), Shared({.sequence = 2, .user = "bob"}), Shared({.sequence = 3})});
  std::uint64_t skipped = 0;
  EXPECT_THAT(Drain(watch, skipped), ElementsAre(1, 3));
  EXPECT_EQ(skipped, 0U);
}

TEST(EventWatch, TheOldestGiveWayAndAreCounted) {
  EventWatch watch({}, 3);
  for (std::uint64_t sequence = 1; sequence <= 10; ++sequence) watch.Offer({Shared({.sequence = sequence})});
  std::uint64_t skipped = 0;
  EXPECT_THAT(Drain(watch, skipped), ElementsAre(8, 9, 10));
  EXPECT_EQ(skipped, 7U);
  watch.Offer({Shared({.sequence = 11})});
  EXPECT_EQ(watch.Next(milliseconds(0))->skipped, 0U) << "they are told once";
}

TEST(EventWatch, HoldsNoMoreBytesThanItSays) {
  EventWatch watch({}, 1000);
  const std::string path(100'000, 'p');
  for (std::uint64_t sequence = 1; sequence <= 100; ++sequence)
    watch.Offer({Shared({.sequence = sequence, .path = path})});
  std::uint64_t skipped = 0;
  const auto left = Drain(watch, skipped);
  EXPECT_LE(left.size() * path.size(), EventWatch::kMostBytes);
  EXPECT_GE(left.size(), 40U);
  EXPECT_EQ(left.size() + skipped, 100U);
  EXPECT_EQ(left.back(), 100U);
}

TEST(EventWatch, WakesItsReaderAtOnceAndEndsWhenClosed) {
  EventWatch watch({}, 10);
  std::jthread writer([&] { watch.Offer({Shared({})}); });
  const auto told = watch.Next(seconds(30));
  ASSERT_TRUE(told && told->event);
  watch.Close();
  EXPECT_EQ(watch.Next(seconds(30)).error().code, ErrorCode::kCancelled);
}

TEST(WatchPace, TellsABurstAndThenItsRate) {
  WatchPace pace(10);
  const auto begin = steady_clock::time_point(seconds(100));
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(pace.Delay(begin).count(), 0) << i;
    pace.Spend();
  }
  EXPECT_GT(pace.Delay(begin), milliseconds(90));
  EXPECT_LE(pace.Delay(begin), milliseconds(100));
  EXPECT_EQ(pace.Delay(begin + milliseconds(101)).count(), 0);
  pace.Spend();
  EXPECT_GT(pace.Delay(begin + milliseconds(102)).count(), 0);
  int told = 0;
  for (; pace.Delay(begin + seconds(60)).count() == 0; ++told) pace.Spend();
  EXPECT_EQ(told, 10) << "who waits long is told no more at once than in a second";
}

TEST(EventHub, WantsEventsOnlyWhileSomebodyWatches) {
  EventHub hub;
  EXPECT_FALSE(hub.WantsEvents());
  const auto watch = hub.Add({}, 10);
  EXPECT_TRUE(hub.WantsEvents());
  hub.OnEvents({Shared({.sequence = 5})});
  EXPECT_EQ((*watch)->Next(milliseconds(0))->event->sequence(), 5U);
  hub.Remove(*watch);
  EXPECT_FALSE(hub.WantsEvents());
}

TEST(EventHub, IsBoundedAndCloses) {
  EventHub hub;
  std::vector<std::shared_ptr<EventWatch>> watches;
  for (std::size_t i = 0; i < EventHub::kMaxWatches; ++i) watches.push_back(*hub.Add({}, 1));
  EXPECT_EQ(hub.Add({}, 1).error().code, ErrorCode::kResourceExhausted);
  hub.Close();
  EXPECT_EQ(watches[0]->Next(seconds(30)).error().code, ErrorCode::kCancelled);
  hub.Remove(watches[0]);
  EXPECT_EQ(hub.Add({}, 1).error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace vigie::server::api
