#include "platform/fake/fake_file_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/memory_file.h"
#include "tests/contract/file_events/event_collector.h"

namespace vigie::platform {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

FileEvent EventOf(const std::string& path) {
  FileEvent event;
  event.path = path;
  event.process.pid = 7;
  return event;
}

TEST(FakeFileEvents, RemembersWhatItsOwnerAskedFor) {
  FakeFileEvents events;
  const auto file = MakeMemoryFile("x");
  ASSERT_TRUE(file);
  ASSERT_TRUE(events.Watch("/tmp"));
  ASSERT_TRUE(events.WatchMedium("/"));
  ASSERT_TRUE(events.Mark(*file));
  events.Exempt(7);
  EXPECT_THAT(events.watched(), ElementsAre("/tmp"));
  EXPECT_THAT(events.media(), ElementsAre("/"));
  EXPECT_THAT(events.marks(), SizeIs(1));
  EXPECT_THAT(events.exempt(), ElementsAre(7));
  events.UnwatchMedium("/");
  events.Unmark(*file);
  EXPECT_THAT(events.media(), IsEmpty());
  EXPECT_THAT(events.marks(), IsEmpty());
}

TEST(FakeFileEvents, FailsAsTheTestWants) {
  FakeFileEvents events;
  test::EventCollector handler;
  events.FailWith(base::Error{base::ErrorCode::kUnsupported, "no fanotify"});
  const auto started = events.Start(handler);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, base::ErrorCode::kUnsupported);
  events.FailWith(std::nullopt);
  EXPECT_TRUE(events.Start(handler));
}

TEST(FakeFileEvents, AnOpeningIsAnsweredOnceAndGapsAreCounted) {
  test::EventCollector handler(test::EventCollector::Reaction::kDeny);
  FakeFileEvents events;
  ASSERT_TRUE(events.Start(handler));
  const auto opening = events.EmitOpening(EventOf("/a"));
  EXPECT_EQ(opening->answer(), Answer::kDeny);
  EXPECT_EQ(opening->answers(), 1);
  events.EmitGap("lost");
  EXPECT_EQ(events.counts().lost, 1U);
  EXPECT_THAT(handler.gaps(), SizeIs(1));
}

// Lets go whom it is asked about, and notes how.
class Generous final : public FileEventHandler {
 public:
  void OnAccess(PendingAccess) override { ++accesses; }
  void OnEvent(FileEvent) override {}
  void OnGap(FileEventGap) override {}
  bool LetsGo(const FileEvent& opening) override { return ++asked, path = opening.path, lets_go; }

  bool lets_go = true;
  int asked = 0;
  int accesses = 0;
  std::string path = "not asked";
};

TEST(FakeFileEvents, WhomTheHandlerLetsGoIsNoAccessAndItIsAskedOnce) {
  Generous handler;
  FakeFileEvents events;
  ASSERT_TRUE(events.Start(handler));
  EXPECT_EQ(events.EmitOpening(EventOf("/a"))->answer(), Answer::kAllow);
  EXPECT_EQ(handler.accesses, 0);
  EXPECT_EQ(handler.asked, 1);
  EXPECT_EQ(handler.path, "") << "it is not looked up yet";
  handler.lets_go = false;
  (void)events.EmitOpening(EventOf("/a"));
  EXPECT_EQ(handler.accesses, 1);
  EXPECT_EQ(handler.asked, 2);
}

TEST(FakeFileEvents, AnExemptProcessIsAllowedUnseen) {
  test::EventCollector handler(test::EventCollector::Reaction::kDeny);
  FakeFileEvents events;
  ASSERT_TRUE(events.Start(handler));
  events.Exempt(7);
  EXPECT_EQ(events.EmitOpening(EventOf("/a"))->answer(), Answer::kAllow);
  events.EmitRenamed(EventOf("/a"));
  EXPECT_EQ(handler.all_accesses() + handler.all_events(), 0);
}

}  // namespace
}  // namespace vigie::platform
